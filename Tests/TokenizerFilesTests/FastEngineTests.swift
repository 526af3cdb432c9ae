internal import ByteIO
internal import TestSupport
internal import Testing
internal import Tokenization
internal import TokenizerFiles

/// The fast ways to ids against the general engine, for every tokenizer of the reference files.
@Suite(.enabled(if: FullTests.areEnabled, "\(FullTests.hint)"))
struct FastEngineTests {
  private static let recipes: [String] = {
    let source = ReferenceFiles.path("recipes.json")
    guard let bytes = try? FileSystem.read(source),
      let root = try? JSON(parsing: bytes, source: source)
    else { return [] }
    return root.elements.compactMap { $0["id"]?.string }.filter {
      !ReferenceCorpusTests.refused.contains($0)
    }
  }()

  private static let documents: [String] = {
    let documents = try? JSON(parsing: ReferenceFiles.read("texts/docs.json"), source: "docs")
    return (documents.map { Array($0.elements) } ?? []).compactMap { document in
      let path = ReferenceFiles.path(document["path"]?.string ?? "")
      return (try? FileSystem.read(path)).map { String(decoding: $0, as: UTF8.self) }
    }
  }()

  @Test(arguments: recipes)
  func `Ids alone are those of the encoding for reference and random texts`(id: String) throws {
    let golden = try GoldenSet(id, limit: 10_000)
    let tokenizer = try Tokenizer(
      contentsOf: golden.path, spec: TokenizerSpec(golden.recipe))
    var random = RandomText(seed: 21)
    let texts =
      golden.rows.map(\.text) + Self.documents
      + (0..<300).map { _ in random.next(upTo: 200) }
      + (0..<20).map { _ in random.next(upTo: 4000) }
      // Longer than any window, with and without spaces.
      + [String(repeating: "ab", count: 3000), String(repeating: " x", count: 3000)]
    for text in texts {
      for special in [false, true] {
        guard let encoding = try? tokenizer.encode(text, addSpecialTokens: special) else {
          #expect(throws: TokenizerError.self) {
            try tokenizer.ids(of: text, addSpecialTokens: special)
          }
          continue
        }
        let ids = try tokenizer.ids(of: text, addSpecialTokens: special)
        #expect(ids == encoding.ids, "\(text.prefix(60).debugDescription)")
      }
    }
  }
}
