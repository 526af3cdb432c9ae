import ByteIO
import TestSupport
import Testing

@testable import Tokenization
@testable import TokenizerFiles

/// Pairs of texts, truncation and padding, as the reference library answered.
///
/// `tools/make_goldens.py` writes the golden files and describes their members.
@Suite struct PairTests {
  static let names = ["roberta", "wordpiece", "wordpiece-cased", "unigram", "word-level"]

  private func truncation(_ json: JSON?) throws -> Truncation? {
    guard let json, !json.isNull else { return nil }
    var truncation = Truncation(maximumLength: try json.int("max_length", in: 0...1000))
    truncation.stride = json["stride"]?.int ?? 0
    truncation.direction = json["direction"]?.string == "left" ? .left : .right
    switch json["strategy"]?.string {
    case "only_first": truncation.strategy = .onlyFirst
    case "only_second": truncation.strategy = .onlySecond
    default: truncation.strategy = .longestFirst
    }
    return truncation
  }

  private func padding(_ json: JSON?) throws -> Padding? {
    guard let json, !json.isNull else { return nil }
    var padding = Padding()
    if let length = json["length"]?.int { padding.length = .fixed(length) }
    padding.multiple = json["pad_to_multiple_of"]?.int
    padding.direction = json["direction"]?.string == "left" ? .left : .right
    padding.id = TokenID(json["pad_id"]?.int ?? 0)
    padding.typeID = UInt32(json["pad_type_id"]?.int ?? 0)
    padding.token = json["pad_token"]?.string ?? "[PAD]"
    return padding
  }

  private func compare(_ encoding: Encoding, _ golden: JSON, _ place: String) throws {
    func numbers(_ key: String) throws -> [Int?] { try golden.required(key).elements.map(\.int) }
    #expect(try encoding.ids == golden.required("ids").ids, "\(place)")
    #expect(try encoding.typeIDs.map(Int.init) == numbers("typeIDs"), "\(place)")
    #expect(try encoding.wordIDs.map { $0.map(Int.init) } == numbers("words"), "\(place)")
    #expect(try encoding.sequenceIDs == numbers("sequences"), "\(place)")
    #expect(try encoding.isSpecial.map { $0 ? 1 : 0 } == numbers("special"), "\(place)")
    #expect(try encoding.isPadding.map { $0 ? 1 : 0 } == numbers("padding"), "\(place)")
    #expect(try encoding.offsets == golden.required("offsets").elements.map(\.bounds), "\(place)")
    #expect(encoding.tokens.count == encoding.count)
  }

  @Test("Everything about the tokens of pairs is the reference's", arguments: names)
  func agrees(name: String) throws {
    let tokenizer = try Tokenizer(
      contentsOf: PackageFiles.path("Tests/Fixtures/tokenizers/\(name).json"))
    let path = PackageFiles.path("Tests/Fixtures/pairs/\(name).jsonl")
    let goldens = try JSONLines.parse(FileSystem.read(path), source: path)
    #expect(goldens.count >= 70)
    for (index, golden) in goldens.enumerated() {
      let options = EncodingOptions(
        truncation: try truncation(golden["truncate"]), padding: try padding(golden["pad"]))
      let (first, second) = (try golden.string("first"), golden["second"]?.string)
      let place = "\(name), line \(index + 1)"
      guard golden["error"] == nil else {
        #expect(throws: TokenizerError.self, "\(place)") {
          try tokenizer.encode(first, pairedWith: second, options: options)
        }
        continue
      }
      let encoding = try tokenizer.encode(first, pairedWith: second, options: options)
      try compare(encoding, golden, place)
      let parts = Array(try golden.required("overflowing").elements)
      #expect(encoding.overflowing.count == parts.count, "\(place)")
      for (part, golden) in zip(encoding.overflowing, parts) {
        try compare(part, golden, "\(place), overflowing")
      }
    }
  }

  @Test("A batch is filled up to its longest encoding")
  func padsBatches() throws {
    let tokenizer = try Tokenizer(
      contentsOf: PackageFiles.path("Tests/Fixtures/tokenizers/wordpiece.json"))
    let options = EncodingOptions(padding: Padding(id: 0))
    let batch = try tokenizer.encodeBatch(["a", "one two three four", ""], options: options)
    #expect(Set(batch.map(\.count)).count == 1)
    #expect(batch[1].isPadding.allSatisfy { !$0 })
    #expect(batch[2].isPadding.prefix(2) == [false, false])
    #expect(batch[2].isPadding.dropFirst(2).allSatisfy { $0 })
    #expect(try tokenizer.encodeBatch([String]()).isEmpty)
    let pairs = try tokenizer.encodeBatch([("a", "b"), ("a", nil)], options: options)
    #expect(pairs[0].count == pairs[1].count)
  }

  private func definition(_ sections: String) throws -> TokenizerDefinition {
    let text = """
      {"version":"1.0",\(sections),"added_tokens":[],"normalizer":null,"pre_tokenizer":null,
       "post_processor":{"type":"BertProcessing","sep":["a",0],"cls":["a",0]},"decoder":null,
       "model":{"type":"WordLevel","vocab":{"a":0},"unk_token":"a"}}
      """
    return try TokenizerJSON.read(Array(text.utf8), source: "test")
  }

  @Test("A file's truncation and padding are offered, not applied")
  func readsSections() throws {
    let definition = try definition(
      """
      "truncation":{"direction":"Left","max_length":8,"strategy":"OnlyFirst","stride":2},
      "padding":{"strategy":{"Fixed":9},"direction":"Left","pad_to_multiple_of":4,"pad_id":7,
        "pad_type_id":1,"pad_token":"P"}
      """)
    let tokenizer = try Tokenizer(definition)
    #expect(
      tokenizer.storedOptions
        == EncodingOptions(
          truncation: Truncation(
            maximumLength: 8, stride: 2, strategy: .onlyFirst, direction: .left),
          padding: Padding(
            length: .fixed(9), multiple: 4, direction: .left, id: 7, token: "P", typeID: 1)))
    #expect(try tokenizer.encode("a").count == 3)
    #expect(try tokenizer.encode("a", options: tokenizer.storedOptions).count == 12)
  }

  @Test("A stride that leaves no progress is refused when the tokenizer is opened")
  func refusesStride() throws {
    #expect(throws: JSONError.self) {
      try definition(#""truncation":{"max_length":4,"strategy":"LongestFirst","stride":4}"#)
    }
    // The two special tokens leave parts of two tokens.
    let close = try definition(
      #""truncation":{"max_length":4,"strategy":"LongestFirst","stride":2}"#)
    #expect(throws: TokenizerError.strideTooLong(stride: 2, length: 2)) { try Tokenizer(close) }
    let short = try definition(
      #""truncation":{"max_length":1,"strategy":"LongestFirst","stride":0}"#)
    #expect(throws: TokenizerError.noRoomForSpecialTokens(count: 2, length: 1)) {
      try Tokenizer(short)
    }
  }

  @Test("Numbers are scaled once, as serde_json does it")
  func readsNumbers() {
    let numbers: [(String, Double)] = [
      ("0", 0), ("-1", -1), ("1.5", 1.5), ("-2.5e-1", -0.25), ("1E3", 1000), ("12.50e+2", 1250),
      ("18446744073709551615", 0x1p64), ("184467440737095516160", 1.8446744073709552e20),
    ]
    for (text, value) in numbers {
      #expect(SerdeNumber.parse(Array(text.utf8)) == value, "\(text)")
    }
    #expect(SerdeNumber.parse(Array("1e999".utf8)) == nil)
    #expect(SerdeNumber.parse(Array("1e-999".utf8)) == 0)
    // One unit in the last place beside the nearest double.
    let scaled = -932_467_269_897_461.0 / 1e14
    #expect(SerdeNumber.parse(Array("-9.32467269897461".utf8)) == scaled)
  }
}
