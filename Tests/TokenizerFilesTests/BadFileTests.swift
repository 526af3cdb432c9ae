import ByteIO
import TestSupport
import Testing
import Tokenization

@testable import TokenizerFiles

/// Malformed files are errors that say where, and never a crash or an endless loop.
@Suite struct BadFileTests {
  /// Reads a file and uses the tokenizer a little.
  private func use(_ bytes: [UInt8], source: String) throws {
    let tokenizer = try Tokenizer(TokenizerJSON.read(bytes, source: source))
    for text in ["abc ab\n aab<unk>é", "", "  a", String(repeating: "a", count: 34) + "!"] {
      let encoding = try tokenizer.encode(text)
      _ = try tokenizer.decode(encoding.ids)
    }
  }

  /// `nil` when all went well.
  private func problem(_ bytes: [UInt8], source: String = "file") -> (any Error)? {
    do {
      try use(bytes, source: source)
      return nil
    } catch {
      return error
    }
  }

  // MARK: The reference files

  /// What `notes.jsonl` among the reference files says of its tokenizer.json files.
  private static let notes: [(file: String, expectation: String)] = {
    let notes = try? JSONLines.parse(ReferenceFiles.read("bad/notes.jsonl"), source: "notes")
    return (notes ?? []).compactMap { note in
      guard let file = note["file"]?.string, file.hasPrefix("json_") else { return nil }
      return (file, note["expect"]?.string ?? "")
    }
  }()

  /// Files whose fault lies in what is not read or not run yet.
  private static let notYet: Set = ["json_truncation_stride.json"]

  @Test(
    "Each malformed file of the corpus has its expected outcome", .timeLimit(.minutes(2)),
    .enabled(if: ReferenceFiles.areAvailable, "\(ReferenceFiles.hint)"),
    arguments: notes.map(\.file).filter { !notYet.contains($0) })
  func meetsExpectation(file: String) throws {
    let note = try #require(Self.notes.first { $0.file == file })
    let name = "bad/" + (file.hasSuffix(".gz") ? String(file.dropLast(3)) : file)
    let error = problem(try ReferenceFiles.read(name), source: file)
    switch note.expectation {
    case "error": #expect(error != nil)
    case "ok": #expect(error == nil)
    default: #expect(note.expectation == "error-or-warn")
    }
    if let error {
      #expect(error is JSONError || error is TokenizerError)
      #expect(!"\(error)".isEmpty)
    }
  }

  // MARK: Damage

  private let tiny = #"""
    {"version":"1.0","truncation":null,"padding":null,"added_tokens":[{"id":0,"content":"<unk>",
    "single_word":false,"lstrip":true,"rstrip":false,"normalized":true,"special":true}],
    "normalizer":{"type":"Sequence","normalizers":[{"type":"NFKC"},{"type":"Lowercase"},
    {"type":"Replace","pattern":{"String":" "},"content":"\u2581"}]},
    "pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"\\p{L}{1,3}+|\\s+"},
    "behavior":"MergedWithNext","invert":false},{"type":"Digits","individual_digits":true},
    {"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}]},
    "post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<unk>","type_id":0}},
    {"Sequence":{"id":"A","type_id":0}}],"pair":[{"Sequence":{"id":"A","type_id":0}},
    {"Sequence":{"id":"B","type_id":1}}],"special_tokens":{"<unk>":{"id":"<unk>","ids":[0],"tokens":["<unk>"]}}},
    "decoder":{"type":"Sequence","decoders":[{"type":"ByteLevel"},{"type":"Strip","content":" ","start":1,"stop":0}]},
    "model":{"type":"BPE","dropout":null,"unk_token":"<unk>","continuing_subword_prefix":null,
    "end_of_word_suffix":null,"fuse_unk":true,"byte_fallback":false,"ignore_merges":false,
    "vocab":{"<unk>":0,"a":1,"b":2,"c":3,"ab":4,"abc":5},"merges":[["a","b"],["ab","c"]]}}
    """#

  @Test("Every beginning of a tokenizer file is refused")
  func refusesTruncation() {
    let bytes = Array(tiny.utf8)
    #expect(problem(bytes) == nil)
    for count in bytes.indices { #expect(problem(Array(bytes[..<count])) is JSONError) }
  }

  @Test("Random damage to a tokenizer file never crashes", .timeLimit(.minutes(5)))
  func survivesDamage() {
    var generator = SeededGenerator(seed: 1)
    let original = Array(tiny.utf8)
    let alphabet = Array(#"{}[],:"\u0123456789-ae.()*+?|^$ <>"#.utf8) + [0x80, 0xC3, 0xFF]
    var outcomes = (fine: 0, refused: 0)
    for _ in 0..<2000 {
      var bytes = original
      for _ in 0...Int.random(in: 0...3, using: &generator) {
        let start = Int.random(in: bytes.indices, using: &generator)
        let end = min(start + Int.random(in: 1...12, using: &generator), bytes.count)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes[start] = alphabet.randomElement(using: &generator)!
        case 1: bytes.insert(alphabet.randomElement(using: &generator)!, at: start)
        case 2: bytes.removeSubrange(start..<end)
        default: bytes.insert(contentsOf: Array(bytes[start..<end]), at: start)
        }
      }
      switch problem(bytes) {
      case nil: outcomes.fine += 1
      case is JSONError, is TokenizerError: outcomes.refused += 1
      case let error: Issue.record("\(String(describing: error))")
      }
    }
    #expect(outcomes.fine > 20 && outcomes.refused > 500)
  }

  /// Swaps values for others of valid JSON, which damage to single bytes seldom does.
  @Test("A value of another kind in any place never crashes", .timeLimit(.minutes(5)))
  func survivesOtherValues() throws {
    let root = try JSON(parsing: Array(tiny.utf8), source: "tiny")
    let values = [
      "null", "true", "false", "0", "-1", "4294967295", "4294967296", "1e999", "\"\"", "\"x\"",
      "\"\\u0000\"", "[]", "{}", "[[]]", "[0]", "{\"type\":\"Sequence\"}", "{\"String\":\"\"}",
      "{\"Regex\":\"\"}", "[\"a\",\"b\"]", "{\"a\":4294967295,\"b\":0}",
    ]
    var places: [Range<Int>] = []
    func collect(_ json: JSON) {
      places.append(json.byteRange)
      for member in json.members { collect(member.value) }
      for element in json.elements { collect(element) }
    }
    collect(root)
    #expect(places.count > 100)
    for place in places {
      for value in values {
        var bytes = Array(tiny.utf8)
        bytes.replaceSubrange(place, with: value.utf8)
        let error = problem(bytes)
        #expect(error == nil || error is JSONError || error is TokenizerError)
      }
    }
  }
}
