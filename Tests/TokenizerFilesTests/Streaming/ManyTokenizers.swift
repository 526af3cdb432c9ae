internal import ByteIO
internal import TestSupport
internal import Testing
internal import Tokenization

@testable internal import TokenizerFiles

/// All tokenizers that tests can open: synthetic, shipped, and of the reference files where present.
enum ManyTokenizers {
  /// Those that ship with the package.
  static let own: [String] = {
    let directory = PackageFiles.path("Tests/Fixtures/tokenizers")
    let files = (try? FileSystem.names(inDirectory: directory)) ?? []
    return files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }
      + ["example-base", "example-donor", "byt5", "bytes"]
  }()

  /// Those of the reference files that the reference library opens.
  static let reference: [String] = {
    let source = ReferenceFiles.path("recipes.json")
    guard let bytes = try? FileSystem.read(source),
      let root = try? JSON(parsing: bytes, source: source)
    else { return [] }
    let refused = ["llama2-hf", "added-tokens-hf"]
    return root.elements.compactMap { $0["id"]?.string }.filter { !refused.contains($0) }
  }()

  static func open(_ name: String) throws -> Tokenizer {
    if reference.contains(name) {
      let golden = try GoldenSet(name, limit: 1)
      return try Tokenizer(contentsOf: golden.path, spec: TokenizerSpec(golden.recipe))
    }
    let synthetic = PackageFiles.path("Tests/Fixtures/tokenizers/\(name).json")
    if FileSystem.isFile(synthetic) { return try Tokenizer(contentsOf: synthetic) }
    let shipped = PackageFiles.path("vocabs/\(name)")
    if FileSystem.isDirectory(shipped) { return try Tokenizer(contentsOf: shipped) }
    return try Tokenizer(TokenizerDefinition(named: name))
  }

  /// Texts in which words, white space, added tokens and everything else stand side by side.
  static func texts(_ count: Int, for tokenizer: Tokenizer, seed: UInt64) -> [String] {
    var random = RandomText(seed: seed)
    var generator = SeededGenerator(seed: seed)
    let added = tokenizer.vocabulary.added.values.map(\.content).sorted()
    let words = [
      "The", "quick", "brown", "fox", "don't", "e\u{301}t", "x", "1234", "naïve", "Straße",
    ]
    let spaces = [" ", " ", " ", " ", "  ", "\n", "\n\n", " \n ", "\t", "   ", "\u{3000}", "\r\n"]
    return (0..<count).map { index in
      var text = ""
      for _ in 0..<Int.random(in: 0...24, using: &generator) {
        switch Int.random(in: 0..<12, using: &generator) {
        case 0: text += random.next(upTo: 12)
        case 1: text += added.randomElement(using: &generator) ?? ""
        case 2: text += spaces.randomElement(using: &generator) ?? ""
        case 3: text += "你好 世界 "
        default:
          text += words.randomElement(using: &generator) ?? ""
          text += spaces.randomElement(using: &generator) ?? ""
        }
      }
      return text
    }
  }
}
