import Graft
import TestSupport
import Testing

// The code of the article Preprocessing, between the marks `// begin` and `// end`. A test compares the
// two, so that what the article shows compiles and runs.

enum PreprocessingSamples {
  static func open() throws -> Tokenizer {
    let path = PackageFiles.exampleBase
    // begin
    let tokenizer = try Tokenizer(contentsOf: path)
    // end
    return tokenizer
  }

  static func encode(_ tokenizer: Tokenizer) throws -> Int {
    // begin
    let encoding = try tokenizer.encode("Hello, world!")
    for (id, range) in zip(encoding.ids, encoding.offsets) { print(id, range) }
    // end
    return encoding.count
  }

  static func offsets(_ tokenizer: Tokenizer) throws -> [Range<Int>] {
    // begin
    let text = "naïve 🙂"
    let offsets = try tokenizer.encode(text).offsets(in: .utf16, of: text)
    // end
    return offsets
  }

  static func batch(_ tokenizer: Tokenizer, _ texts: [String]) throws -> [Int] {
    // begin
    let options = EncodingOptions(
      truncation: Truncation(maximumLength: 128), padding: Padding(id: 0, token: "<|pad|>"))
    let batch = try tokenizer.encodeBatch(texts, options: options)
    let mask = batch.map { encoding in encoding.isPadding.map { $0 ? 0 : 1 } }
    // end
    return mask.map { $0.reduce(0, +) }
  }

  static func stream(_ tokenizer: Tokenizer, _ path: String) throws -> [TokenID] {
    // begin
    let input = try LineReader(path)
    var stream = tokenizer.makeEncodeStream()
    var ids: [TokenID] = []
    while let chunk = try input.chunk() { ids += try stream.append(utf8: chunk).ids }
    ids += try stream.finish().ids
    // end
    return ids
  }

  static func budget(_ tokenizer: Tokenizer, _ text: String) throws -> Int {
    // begin
    let prompt = try tokenizer.suffix(of: text, maxTokens: 2_000)
    let passages = try tokenizer.chunks(of: text, maxTokens: 256, overlap: 32)
    // end
    return prompt.count + passages.count
  }

  static func dropout(_ tokenizer: Tokenizer, _ text: String) throws -> Encoding {
    // begin
    var generator = SplitMix64(seed: 7)
    let encoding = try tokenizer.sample(text, .dropout(0.1), using: &generator)
    // end
    return encoding
  }

  static func best(_ tokenizer: Tokenizer, _ text: String) throws -> [TokenID] {
    // begin
    for (encoding, score) in try tokenizer.nBest(text, count: 5) { print(score, encoding.ids) }
    var generator = SplitMix64(seed: 7)
    let sampled = try tokenizer.sample(text, .unigram(alpha: 0.1), using: &generator)
    // end
    return sampled.ids
  }

  static func decode(_ tokenizer: Tokenizer, _ ids: [TokenID]) throws -> String {
    // begin
    let text = try tokenizer.decode(ids, skipSpecialTokens: true)
    // end
    return text
  }

  static func decodeStream(_ tokenizer: Tokenizer, _ ids: [TokenID]) throws {
    // begin
    var stream = tokenizer.makeDecodeStream(skipSpecialTokens: true)
    for id in ids { print(try stream.append(id), terminator: "") }
    print(try stream.finish())
    // end
  }
}

/// The article on preprocessing says what the code does.
@Suite struct PreprocessingSampleTests {
  /// The lines between marks, without their common indentation.
  private func samples() throws -> [[String]] {
    let source = try FileSystem.read(
      PackageFiles.path("Tests/GraftCLITests/PreprocessingSamples.swift"))
    var samples: [[String]] = []
    var current: [String]?
    for line in lines(source) {
      switch String(line.drop { $0 == " " }) {
      case "// begin": current = []
      case "// end":
        samples.append(current ?? [])
        current = nil
      default: current?.append(String(line.dropFirst(4)))
      }
    }
    return samples
  }

  private func blocks() throws -> [[String]] {
    let article = try FileSystem.read(
      PackageFiles.path("Sources/Graft/Graft.docc/Preprocessing.md"))
    var blocks: [[String]] = []
    var current: [String]?
    for line in lines(article) {
      if line == "```swift" {
        current = []
      } else if line == "```", let block = current {
        blocks.append(block)
        current = nil
      } else {
        current?.append(line)
      }
    }
    return blocks
  }

  private func lines(_ bytes: [UInt8]) -> [String] {
    String(decoding: bytes, as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  @Test("Every sample of the article is compiled code, in order")
  func areCompiled() throws {
    #expect(try blocks() == samples())
    #expect(try blocks().count == 10)
  }

  @Test("The samples run")
  func run() throws {
    let tokenizer = try PreprocessingSamples.open()
    #expect(try PreprocessingSamples.encode(tokenizer) > 3)
    #expect(try PreprocessingSamples.offsets(tokenizer).last?.upperBound == 8)
    let lengths = try PreprocessingSamples.batch(tokenizer, ["In the beginning", "a"])
    #expect(lengths.count == 2 && lengths[0] > lengths[1])
    let text = String(decoding: try FileSystem.read(PackageFiles.exampleText), as: UTF8.self)
    let ids = try PreprocessingSamples.stream(tokenizer, PackageFiles.exampleText)
    #expect(try ids == tokenizer.encode(text).ids)
    #expect(try PreprocessingSamples.budget(tokenizer, String(text.prefix(20_000))) > 2_000)
    let sampled = try PreprocessingSamples.dropout(tokenizer, "In the beginning")
    #expect(try PreprocessingSamples.decode(tokenizer, sampled.ids) == "In the beginning")
    let unigram = try Tokenizer(
      contentsOf: PackageFiles.path("Tests/Fixtures/sampling/unigram.model"))
    #expect(try !PreprocessingSamples.best(unigram, "the cat").isEmpty)
    try PreprocessingSamples.decodeStream(tokenizer, sampled.ids)
  }
}
