import TestSupport
import Testing

@testable import ByteIO

/// What the JSON parser accepts and refuses, and what it finds in what it accepts.
@Suite struct JSONParserTests {
  private func parse(_ text: String) throws(JSONError) -> JSON {
    try JSON(parsing: Array(text.utf8), source: "file")
  }

  private func parses(_ bytes: [UInt8]) -> Bool {
    (try? JSON(parsing: bytes, source: "file")) != nil
  }

  private func message(_ bytes: [UInt8]) -> String? {
    do throws(JSONError) {
      _ = try JSON(parsing: bytes, source: "file")
      return nil
    } catch {
      return error.description
    }
  }

  // MARK: Values

  @Test("Every kind of value is read as what it is")
  func readsKinds() throws {
    let root = try parse(#" {"a":[null,true,false,-7,2.5e1,"x"],"b":{}} "#)
    let elements = Array(try #require(root["a"]).elements)
    #expect(elements.map(\.kind) == [.null, .bool, .bool, .number, .number, .string])
    #expect(elements[0].isNull && elements[1].bool == true && elements[2].bool == false)
    #expect(elements[3].int == -7 && elements[3].double == -7)
    #expect(elements[4].int == nil && elements[4].double == 25)
    #expect(elements[5].string == "x" && elements[5].utf8 == [0x78])
    #expect(root["b"]?.kind == .object && root["b"]?.count == 0 && root["c"] == nil)
    #expect(root.count == 2 && root["a"]?.count == 6)
    #expect(root.members.map { $0.key.string } == ["a", "b"])
  }

  @Test("An accessor of another kind gives nothing")
  func keepsKindsApart() throws {
    for text in ["null", "true", "7", "\"7\"", "[7]", "{\"a\":7}"] {
      let json = try parse(text)
      #expect((json.bool != nil) == (json.kind == .bool))
      #expect((json.int != nil) == (json.kind == .number))
      #expect((json.double != nil) == (json.kind == .number))
      #expect((json.string != nil) == (json.kind == .string))
      #expect(json.elements.contains { _ in true } == (json.kind == .array))
      #expect(json.members.contains { _ in true } == (json.kind == .object))
      #expect((json["a"] != nil) == (json.kind == .object))
    }
  }

  @Test("Random trees are found again in any way of writing them")
  func readsRandomTrees() throws {
    var random = RandomJSON(seed: 1)
    for _ in 0..<1000 {
      let value = random.value()
      let text = random.text(value)
      #expect(JSONValue(try parse(text)) == value, "\(text)")
    }
  }

  @Test("A repeated key keeps all its members, and its last value counts")
  func countsLastDuplicate() throws {
    let root = try parse(#"{"a":1,"b":2,"\u0061":3}"#)
    #expect(root["a"]?.int == 3)
    #expect(root.members.map { $0.value.int } == [1, 2, 3])
  }

  @Test("Keys are compared by their bytes: canonical equivalents are different keys")
  func comparesKeysByBytes() throws {
    let root = try parse(#"{"\u00e9":1,"e\u0301":2,"é":3}"#)
    #expect(root["\u{E9}"]?.int == 3 && root["e\u{301}"]?.int == 2)
    #expect(try parse(#"{"\u212a":1}"#)["K"] == nil)
  }

  @Test("An integer is one only without fraction, exponent and negative zero, and within Int")
  func readsIntegers() throws {
    let integers: [(String, Int?)] = [
      ("0", 0), ("-1", -1), ("9223372036854775807", .max), ("-9223372036854775808", .min),
      ("9223372036854775808", nil), ("18446744073709551616", nil), ("1.0", nil), ("1e3", nil),
      ("-0", nil), ("\"1\"", nil),
    ]
    for (text, value) in integers { #expect(try parse(text).int == value, "\(text)") }
    #expect(try parse("1e999").double == .infinity)
    #expect(try parse("-0").double == 0)
  }

  @Test("Escapes become the characters that they stand for")
  func resolvesEscapes() throws {
    #expect(try parse(#""\"\\\/\b\f\n\r\t""#).utf8 == Array("\"\\/\u{8}\u{C}\n\r\t".utf8))
    #expect(try parse(#""\u0041\u00e9\u20AC\uD83D\ude00""#).string == "Aé€😀")
    #expect(try parse(#""\u0000""#).utf8 == [0])
    #expect(try parse(#""\uFFFF\uDBFF\uDFFF""#).string == "\u{FFFF}\u{10FFFF}")
  }

  // MARK: What is refused

  static let accepted = [
    "0", "-0", "0.0", "1E+2", "1e-2", "-1.5E3", "123456789012345678901234567890", "\"\"", "[]",
    "{}", " [ ] ", "\t{\r}\n", #"{"":0}"#, #"[[],[[]],{}]"#, #"{"a":{"a":{}}}"#, #""\u007f""#,
    "\"\u{7F}\"", "\"\u{10FFFF}\"", "\"\u{FEFF}\"", #"" \/ ""#, #"{"a":1,"a":2}"#,
  ]

  @Test("Valid documents are accepted", arguments: accepted)
  func accepts(text: String) {
    #expect(SlowJSON.accepts(Array(text.utf8)))
    #expect(parses(Array(text.utf8)))
  }

  static let refused = [
    "", " ", "nul", "nulll", "True", "tru", "NaN", "Infinity", "-", "+1", "01", "-01", "1.", ".5",
    "1e", "1e+", "0x10", "1_0", "--1", "[", "]", "[1", "[1,]", "[,1]", "[1 2]", "[1,,2]", "[1}",
    "{", "}", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,}", "{,}", "{\"a\" 1}", "{a:1}",
    "{'a':1}", "{1:1}", "{\"a\":1 \"b\":2}", "{\"a\"::1}", "{\"a\":1]", "\"", "\"a", "'a'",
    "\"\\\"", "\"\\", "\"\\x\"", "\"\\a\"", "\"\\U0041\"", "\"\\u\"", "\"\\u12\"", "\"\\u123g\"",
    "\"\\u+123\"", "\"\\u 123\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800x\"", "\"\\ud800\\n\"",
    "\"\\ud800\\u0041\"", "\"\\ud800\\ud800\"", "\"\\udc00\\ud800\"", "\"\\ud800\\u\"",
    "\"\n\"", "\"\t\"", "\"\u{0}\"", "\"\u{1F}\"", "1 2", "{} {}", "[]]", "null,", "\u{FEFF}[]",
    "[\u{A0}]", "[1]\u{0}", "// comment\n1", "[1/**/]", "\u{C}[]", "1\u{B}",
  ]

  @Test("Documents that are not JSON are refused", arguments: refused)
  func refuses(text: String) {
    #expect(!SlowJSON.accepts(Array(text.utf8)))
    #expect(!parses(Array(text.utf8)))
  }

  @Test("Bytes that are not UTF-8 are refused, inside strings and outside")
  func refusesInvalidUTF8() {
    let invalid: [[UInt8]] = [
      [0x80], [0xC0, 0x80], [0xC3], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82],
      [0xF0, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF],
    ]
    for bytes in invalid {
      #expect(!parses([0x22] + bytes + [0x22]))
      #expect(!parses(bytes))
      #expect(!parses([0x5B] + bytes + [0x5D]))
    }
  }

  @Test("Files that people take for JSON are named for what they are")
  func namesImpostors() {
    #expect(message([]) == "file: the file is empty (at byte 0)")
    #expect(
      message(Array("version https://git-lfs.github.com/spec/v1".utf8))?
        .contains("Git LFS pointer") == true)
    #expect(message([0xEF, 0xBB, 0xBF, 0x7B, 0x7D])?.contains("byte-order mark") == true)
    #expect(message([0xFF, 0xFE, 0x7B, 0, 0x7D, 0])?.contains("UTF-16") == true)
    #expect(message([0xFE, 0xFF, 0, 0x7B, 0, 0x7D])?.contains("UTF-16") == true)
    #expect(message(Array("<html>".utf8))?.contains("expected a JSON value") == true)
  }

  /// serde_json counts down from 128 and refuses at zero.
  @Test("Nesting is limited to 127 levels, as in the reference's reader")
  func limitsDepth() {
    func nested(_ open: String, _ close: String, _ depth: Int) -> [UInt8] {
      Array((String(repeating: open, count: depth) + String(repeating: close, count: depth)).utf8)
    }
    #expect(parses(nested("[", "]", 127)))
    #expect(message(nested("[", "]", 128))?.contains("nested more than 127 levels") == true)
    let object = "{\"a\":"
    #expect(
      parses(
        Array((String(repeating: object, count: 127) + "1").utf8)
          + [UInt8](repeating: 0x7D, count: 127)))
    #expect(
      !parses(
        Array((String(repeating: object, count: 128) + "1").utf8)
          + [UInt8](repeating: 0x7D, count: 128)))
  }

  @Test("Very deep nesting is refused without overflowing the stack")
  func survivesDeepNesting() {
    for open in ["[", "{\"normalizer\":", "[{\"a\":"] {
      #expect(!parses(Array(String(repeating: open, count: 200_000).utf8)))
    }
  }

  @Test("A wide and long document does not count as deep")
  func acceptsManySiblings() throws {
    let wide = "[" + Array(repeating: "[[]]", count: 20_000).joined(separator: ",") + "]"
    #expect(try parse(wide).count == 20_000)
  }

  // MARK: Damage

  private let sample = #"""
    {"version":"1.0","added":[{"id":0,"content":"<s>","lstrip":false}], "merges":[["Ġ","t"],["a","b"]],
     "vocab":{"<s>":0,"\u0120t":1,"é\ud83d\ude00":2}, "numbers":[-1.5e-3,0,12], "none":null}
    """#

  @Test("Every beginning of a document is refused, at an offset within it")
  func refusesTruncation() {
    let bytes = Array(sample.utf8)
    #expect(parses(bytes))
    for count in bytes.indices {
      do throws(JSONError) {
        _ = try JSON(parsing: Array(bytes[..<count]), source: "file")
        Issue.record("\(count) bytes were accepted")
      } catch {
        #expect((0...count).contains(error.offset))
      }
    }
  }

  @Test("Documents with random damage are accepted exactly when the grammar accepts them")
  func agreesWithGrammar() {
    var generator = SeededGenerator(seed: 2)
    let alphabet = Array(#"{}[],:"\/u0123456789dDeE+-. truefalsn"#.utf8) + [0x0A, 0x80, 0xC3, 0xFF]
    var acceptedCount = 0
    for _ in 0..<8000 {
      var bytes = Array(sample.utf8)
      for _ in 0...Int.random(in: 0...2, using: &generator) {
        let index = Int.random(in: bytes.indices, using: &generator)
        let byte = alphabet.randomElement(using: &generator)!
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: bytes[index] = byte
        case 1: bytes.insert(byte, at: index)
        default: bytes.remove(at: index)
        }
      }
      let isAccepted = SlowJSON.accepts(bytes)
      acceptedCount += isAccepted ? 1 : 0
      #expect(parses(bytes) == isAccepted, "\(String(decoding: bytes, as: UTF8.self))")
    }
    #expect(acceptedCount > 500)
  }

  // MARK: Messages

  @Test("A message names the file, the way to the value, what it is and where")
  func describesPlaces() throws {
    let root = try parse(#"{"model":{"merges":[["a"],["b","c d"]]}}"#)
    let merges = try #require(root["model"]?["merges"])
    let element = Array(Array(merges.elements)[1].elements)[1]
    #expect(element.path == "model.merges[1][1]")
    #expect(root.path == "")
    let error = element.unexpected("a number")
    #expect(
      error.description
        == "file: `model.merges[1][1]` must be a number, but is \"c d\" (at byte 31)")
    #expect(root.unexpected("an array").message.hasPrefix("the document must be an array"))
  }

  @Test("The path of every value leads back to it")
  func findsValuesByPath() throws {
    let root = try parse(#"{"a":[{"b":1},[2,{"c":{"d":[3]}}]],"e":{"f":"x"},"g":null}"#)
    func check(_ json: JSON, _ path: String) {
      #expect(json.path == path)
      for member in json.members {
        let key = member.key.string ?? ""
        check(member.value, path.isEmpty ? key : path + "." + key)
      }
      for (index, element) in json.elements.enumerated() { check(element, path + "[\(index)]") }
    }
    check(root, "")
  }

  @Test("A long value is cut short in a message")
  func shortensExcerpts() throws {
    let json = try parse("\"" + String(repeating: "é", count: 1000) + "\"")
    #expect(json.unexpected("short").message.utf8.count < 150)
  }

  @Test("Prescribed members are checked by name and kind")
  func checksFields() throws {
    let root = try parse(#"{"s":"x","n":null,"i":5,"b":true,"a":[1],"o":{}}"#)
    #expect(try root.string("s") == "x" && root.int("i", in: 0...5) == 5 && root.bool("b"))
    #expect(try root.bool("missing", default: true))
    #expect(try root.optionalString("n") == nil && root.optionalString("missing") == nil)
    #expect(root.optional("n") == nil && root.optional("s") != nil)
    func problem(_ body: () throws -> Void) -> String? {
      do { try body() } catch { return (error as? JSONError)?.message }
      return nil
    }
    #expect(problem { _ = try root.string("missing") } == "the document has no `missing`")
    #expect(problem { _ = try root.string("i") } == "`i` must be a string, but is 5")
    #expect(
      problem { _ = try root.int("i", in: 0...4) } == "`i` must be an integer from 0 to 4, but is 5"
    )
    #expect(problem { _ = try root.bool("s") } == "`s` must be true or false, but is \"x\"")
    #expect(problem { _ = try root.bool("n", default: true) }?.contains("but is null") == true)
    #expect(problem { _ = try root.required("o").expectArray() }?.contains("an array") == true)
    #expect(problem { _ = try root.required("a").expectObject() }?.contains("an object") == true)
  }
}
