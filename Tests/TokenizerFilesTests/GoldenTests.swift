import ByteIO
import TestSupport
import Testing
import Tokenization

@testable import TokenizerFiles

/// The shipped and the synthetic tokenizers answer as the reference library did.
///
/// `tools/make_goldens.py` writes the golden files and describes their members.
@Suite struct GoldenTests {
  static let names: [String] = {
    let directory = PackageFiles.path("Tests/Fixtures/goldens")
    let files = (try? FileSystem.names(inDirectory: directory)) ?? []
    return files.filter { $0.hasSuffix(".jsonl") }.map { String($0.dropLast(6)) }
  }()

  private func tokenizer(_ name: String) throws -> Tokenizer {
    let synthetic = PackageFiles.path("Tests/Fixtures/tokenizers/\(name).json")
    if FileSystem.isFile(synthetic) { return try Tokenizer(contentsOf: synthetic) }
    return try Tokenizer(contentsOf: PackageFiles.path("vocabs/\(name)"))
  }

  private func ranges(_ json: JSON?) -> [Range<Int>] {
    (json?.elements).map { $0.map(\.bounds) } ?? []
  }

  @Test("All golden files are there")
  func areComplete() {
    #expect(Self.names.count >= 24)
    #expect(Self.names.contains("example-base") && Self.names.contains("example-donor"))
    #expect(Self.names.filter { $0.hasPrefix("graft-") }.count == 3)
  }

  @Test("Ids, tokens, offsets and decoded texts are the reference's", arguments: names)
  func agrees(name: String) throws {
    let tokenizer = try tokenizer(name)
    let path = PackageFiles.path("Tests/Fixtures/goldens/\(name).jsonl")
    let goldens = try JSONLines.parse(FileSystem.read(path), source: path)
    #expect(goldens.count > 50)
    for golden in goldens {
      let text = try golden.string("text")
      let plain = try tokenizer.encode(text, addSpecialTokens: false)
      let complete = try tokenizer.encode(text)
      let ids = try golden.required("ids").ids
      let place = "\(name): \(text.debugDescription)"
      #expect(plain.ids == ids, "\(place)")
      #expect(try complete.ids == golden.required("idsWithSpecials").ids, "\(place)")
      #expect(try plain.tokens == golden.required("tokens").elements.map { $0.utf8 }, "\(place)")
      #expect(plain.offsets == ranges(golden["offsets"]), "\(place)")
      #expect(
        ScalarOffsets.convert(plain.offsets, in: text) == ranges(golden["charOffsets"]),
        "\(place)")
      // Texts are compared by their bytes: `==` would take canonical equivalents for equal.
      let decoded = try tokenizer.decode(ids)
      #expect(Array(decoded.utf8) == golden["decoded"]?.utf8, "\(place)")
      let skipping = try tokenizer.decode(complete.ids, skipSpecialTokens: true)
      #expect(Array(skipping.utf8) == golden["decodedSkippingSpecials"]?.utf8, "\(place)")
      #expect(try tokenizer.count(text) == complete.count)
      #expect(try tokenizer.encode(utf8: Array(text.utf8)) == complete)
    }
  }
}

extension JSON {
  /// A list of ids.
  var ids: [TokenID] { elements.compactMap { $0.int.flatMap(TokenID.init(exactly:)) } }

  /// A list of two bounds.
  var bounds: Range<Int> {
    let bounds = elements.compactMap(\.int)
    return bounds.count == 2 ? bounds[0]..<bounds[1] : -1 ..< -1
  }
}
