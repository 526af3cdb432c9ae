import ByteIO
import TestSupport
import Testing
import Tokenization

@testable import TokenizerFiles

/// Real tokenizers answer as the reference library did, on all texts of the reference corpus.
///
/// The header of `make_goldens.py` among the reference files describes the golden records.
@Suite(.enabled(if: FullTests.areEnabled, "\(FullTests.hint)"))
struct ReferenceCorpusTests {
  /// Real files that the reference library refuses.
  static let refused: Set = ["llama2-hf", "added-tokens-hf"]

  /// The recipes that are a `tokenizer.json`: id and name of the file.
  private static let recipes: [(id: String, file: String)] = {
    let source = ReferenceFiles.path("recipes.json")
    guard let bytes = try? FileSystem.read(source),
      let root = try? JSON(parsing: bytes, source: source)
    else { return [] }
    return root.elements.compactMap { recipe in
      guard recipe["engine"]?.string == "hf", let id = recipe["id"]?.string,
        let file = recipe["file"]?.string
      else { return nil }
      return (id, file)
    }
  }()

  private static let texts: [String: String] = {
    var texts: [String: String] = [:]
    let cases = try? JSONLines.parse(ReferenceFiles.read("texts/cases.jsonl"), source: "cases")
    for text in cases ?? [] { texts[text["id"]?.string ?? ""] = text["text"]?.string }
    let documents = try? JSON(parsing: ReferenceFiles.read("texts/docs.json"), source: "docs")
    for document in documents.map({ Array($0.elements) }) ?? [] {
      let path = document["path"]?.string ?? ""
      guard let bytes = try? FileSystem.read(ReferenceFiles.path(path)) else { continue }
      texts[document["id"]?.string ?? ""] = String(decoding: bytes, as: UTF8.self)
    }
    return texts
  }()

  private func definition(_ id: String, _ file: String) throws -> TokenizerDefinition {
    let name = "tokenizers/\(id)/\(file)"
    return try TokenizerJSON.read(ReferenceFiles.read(name), source: name)
  }

  @Test("The tokenizers and texts are there")
  func isComplete() {
    #expect(Set(Self.recipes.map(\.id)).isSuperset(of: Self.refused))
    #expect(Self.recipes.count > 15)
    #expect(Self.texts.count > 700)
  }

  @Test("Files that the reference refuses are refused", arguments: refused)
  func refuses(id: String) throws {
    let recipe = try #require(Self.recipes.first { $0.id == id })
    #expect(throws: JSONError.self) { try definition(recipe.id, recipe.file) }
  }

  @Test(
    "Ids, tokens, offsets and decoded texts are the reference's",
    arguments: recipes.map(\.id).filter { !refused.contains($0) })
  func agrees(id: String) throws {
    let recipe = try #require(Self.recipes.first { $0.id == id })
    let tokenizer = try Tokenizer(definition(recipe.id, recipe.file))
    let golden = "goldens/\(id).jsonl"
    let records = try JSONLines.parse(ReferenceFiles.read(golden), source: golden)
    var counts = (texts: 0, documents: 0)
    for record in records {
      // Pairs, truncation and the file's own settings are other tests' concern.
      guard let name = record["i"]?.string, let text = Self.texts[name] else { continue }
      if record["err"] != nil {
        #expect(throws: TokenizerError.self, "\(id) \(name)") { try tokenizer.encode(text) }
      } else if record["h"] == nil {
        try compare(tokenizer, text, record, "\(id) \(name): \(text.debugDescription)")
        counts.texts += 1
      } else {
        try compareDocument(tokenizer, text, record, "\(id) \(name)")
        counts.documents += 1
      }
    }
    #expect(counts.texts > 500 && counts.documents > 40)
  }

  private func compare(
    _ tokenizer: Tokenizer, _ text: String, _ record: JSON, _ place: String
  ) throws {
    let ids = try record.required("ids").ids
    let special = record["sp"].flatMap { $0.kind == .array ? $0.ids : nil } ?? ids
    #expect(try tokenizer.encode(text, addSpecialTokens: false).ids == ids, "\(place)")
    let encoding = try tokenizer.encode(text)
    #expect(encoding.ids == special, "\(place)")
    #expect(try encoding.tokens == record.required("t").elements.map { $0.utf8 }, "\(place)")
    let offsets = ScalarOffsets.convert(encoding.offsets, in: text)
    let expected = try record.required("o").elements.map { $0.int ?? -1 }
    #expect(offsets.flatMap { [$0.lowerBound, $0.upperBound] } == expected, "\(place)")
    for (key, skips) in [("d", false), ("ds", true)] {
      let decoded = try tokenizer.decode(special, skipSpecialTokens: skips)
      let expected = record[key]?.utf8 ?? Array(text.utf8)
      #expect(Array(decoded.utf8) == expected, "\(key) of \(place)")
    }
  }

  private func compareDocument(
    _ tokenizer: Tokenizer, _ text: String, _ record: JSON, _ place: String
  ) throws {
    let ids = try record.required("ids").ids
    let plain = try tokenizer.encode(text, addSpecialTokens: false)
    let encoding = try tokenizer.encode(text)
    #expect(plain.ids == ids, "\(place)")
    let special: [TokenID]
    switch try record.required("sp").kind {
    case .array: special = record["sp"]?.ids ?? []
    case .object:
      special = (record["sp"]?["pre"]?.ids ?? []) + ids + (record["sp"]?["post"]?.ids ?? [])
    default: special = ids
    }
    #expect(encoding.ids == special, "\(place)")
    for (key, skips) in [("d", false), ("ds", true)] where record["h"]?[key]?.bool == true {
      let decoded = try tokenizer.decode(special, skipSpecialTokens: skips)
      #expect(decoded.utf8.elementsEqual(text.utf8), "\(key) of \(place)")
    }
  }
}
