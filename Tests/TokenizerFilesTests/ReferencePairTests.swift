import ByteIO
import TestSupport
import Testing

@testable import Tokenization
@testable import TokenizerFiles

/// Real tokenizers encode pairs, truncate and pad as the reference library did.
///
/// The header of `make_goldens.py` among the reference files describes the golden records.
@Suite(.enabled(if: FullTests.areEnabled, "\(FullTests.hint)"))
struct ReferencePairTests {
  private static let recipes: [(id: String, file: String)] = {
    let source = ReferenceFiles.path("recipes.json")
    guard let bytes = try? FileSystem.read(source),
      let root = try? JSON(parsing: bytes, source: source)
    else { return [] }
    return root.elements.compactMap { recipe in
      guard recipe["engine"]?.string == "hf", let id = recipe["id"]?.string,
        let file = recipe["file"]?.string, !ReferenceCorpusTests.refused.contains(id)
      else { return nil }
      return (id, file)
    }
  }()

  private static let texts: [String: String] = {
    let cases = try? JSONLines.parse(ReferenceFiles.read("texts/cases.jsonl"), source: "cases")
    let pairs = (cases ?? []).map { ($0["id"]?.string ?? "", $0["text"]?.string ?? "") }
    return Dictionary(pairs, uniquingKeysWith: { $1 })
  }()

  /// Offsets of the tokens of a pair, counted in scalars of the text that each comes from.
  private func scalarOffsets(_ encoding: Encoding, _ first: String, _ second: String) -> [Int] {
    let inFirst = ScalarOffsets.convert(
      zip(encoding.offsets, encoding.sequenceIDs).map { $1 == 1 ? 0..<0 : $0 }, in: first)
    let inSecond = ScalarOffsets.convert(
      zip(encoding.offsets, encoding.sequenceIDs).map { $1 == 1 ? $0 : 0..<0 }, in: second)
    return zip(zip(inFirst, inSecond), encoding.sequenceIDs).flatMap { ranges, sequence in
      let range = sequence == 1 ? ranges.1 : ranges.0
      return [range.lowerBound, range.upperBound]
    }
  }

  @Test("Pairs, truncation and padding are the reference's", arguments: recipes.map(\.id))
  func agrees(id: String) throws {
    let recipe = try #require(Self.recipes.first { $0.id == id })
    let name = "tokenizers/\(recipe.id)/\(recipe.file)"
    let tokenizer = try Tokenizer(TokenizerJSON.read(ReferenceFiles.read(name), source: name))
    let golden = "goldens/\(id).jsonl"
    for record in try JSONLines.parse(ReferenceFiles.read(golden), source: golden) {
      let name = record["i"]?.string ?? ""
      let place = "\(id) \(name)"
      if name.hasPrefix("pair:") {
        try comparePair(tokenizer, record, place)
      } else if name.hasPrefix("trunc:") {
        try compareTruncation(tokenizer, record, place)
      } else if name.hasPrefix("asis:") {
        guard let text = Self.texts[String(name.dropFirst(5))] else { continue }
        let encoding = try tokenizer.encode(text, options: tokenizer.storedOptions)
        #expect(try encoding.ids == record.required("ids").ids, "\(place)")
        let overflow = try record.required("overflow").elements.map(\.ids)
        #expect(encoding.overflowing.map(\.ids) == overflow, "\(place)")
      }
    }
  }

  private func comparePair(_ tokenizer: Tokenizer, _ record: JSON, _ place: String) throws {
    let (first, second) = (try record.string("a"), try record.string("b"))
    let options = EncodingOptions()
    guard record["err"] == nil else {
      #expect(throws: TokenizerError.self, "\(place)") {
        try tokenizer.encode(first, pairedWith: second, options: options)
      }
      return
    }
    let encoding = try tokenizer.encode(first, pairedWith: second, options: options)
    func numbers(_ key: String) throws -> [Int?] { try record.required(key).elements.map(\.int) }
    #expect(try encoding.ids == record.required("ids").ids, "\(place)")
    #expect(try encoding.tokens == record.required("t").elements.map { $0.utf8 }, "\(place)")
    #expect(try encoding.typeIDs.map(Int.init) == numbers("ty"), "\(place)")
    #expect(try encoding.isSpecial.map { $0 ? 1 : 0 } == numbers("sm"), "\(place)")
    #expect(try encoding.wordIDs.map { $0.map(Int.init) } == numbers("w"), "\(place)")
    #expect(try encoding.sequenceIDs == numbers("q"), "\(place)")
    #expect(try scalarOffsets(encoding, first, second) == numbers("o"), "\(place)")
  }

  private func compareTruncation(_ tokenizer: Tokenizer, _ record: JSON, _ place: String) throws {
    let length = try record.int("max_length", in: 0...1000)
    var options = EncodingOptions(
      truncation: Truncation(maximumLength: length, stride: try record.int("stride", in: 0...1000)))
    switch try record.string("strategy") {
    case "only_first": options.truncation?.strategy = .onlyFirst
    case "only_second": options.truncation?.strategy = .onlySecond
    default: break
    }
    if let pad = record.optional("pad").map({ Array($0.elements) }), pad.count == 3 {
      options.padding = Padding(
        length: .fixed(length + 4), direction: pad[2].string == "left" ? .left : .right,
        id: TokenID(pad[0].int ?? 0), token: pad[1].string ?? "")
    }
    let (first, second) = (try record.string("a"), record["b"]?.string)
    guard record["err"] == nil else {
      #expect(throws: TokenizerError.self, "\(place)") {
        try tokenizer.encode(first, pairedWith: second, options: options)
      }
      return
    }
    let result = Result { () throws(TokenizerError) in
      try tokenizer.encode(first, pairedWith: second, options: options)
    }
    if case .failure(.noRoomForSpecialTokens) = result {
      // Less room than the special tokens need wraps around in the reference, which then cuts nothing.
      #expect(try record.required("ids").count > length, "\(place)")
      return
    }
    let encoding = try result.get()
    let parts = Array(try record.required("overflow").elements)
    #expect(encoding.overflowing.count == parts.count, "\(place)")
    for (part, golden) in zip([encoding] + encoding.overflowing, [record] + parts) {
      func numbers(_ key: String) throws -> [Int?] { try golden.required(key).elements.map(\.int) }
      #expect(try part.ids == golden.required("ids").ids, "\(place)")
      #expect(try part.typeIDs.map(Int.init) == numbers("ty"), "\(place)")
      #expect(try part.isPadding.map { $0 ? 0 : 1 } == numbers("am"), "\(place)")
      if second == nil {
        #expect(try scalarOffsets(part, first, "") == numbers("o"), "\(place)")
      }
    }
  }
}
