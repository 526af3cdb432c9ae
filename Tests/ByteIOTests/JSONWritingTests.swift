import TestSupport
import Testing

@testable import ByteIO

/// Edits of JSON documents, and JSON that is written by hand.
@Suite struct JSONWritingTests {
  private func edit(
    _ text: String, _ changes: (inout JSONEdit, JSON) -> Void
  ) throws -> String {
    let root = try JSON(parsing: Array(text.utf8), source: "file")
    var edit = JSONEdit(root)
    changes(&edit, root)
    return String(decoding: edit.bytes(), as: UTF8.self)
  }

  // MARK: Edits

  @Test("Without a change every byte stays")
  func keepsEverything() throws {
    let text = " {\"a\" :\t1.50,\r\n \"b\":[ ] }\n"
    #expect(try edit(text) { _, _ in } == text)
  }

  @Test("A member is replaced in place and nothing else changes")
  func replacesInPlace() throws {
    let text = "{ \"a\" : 1 ,\n\"b\":[ 1.0, {\"a\":2} ], \"c\":\"x\" }"
    #expect(
      try edit(text) { edit, _ in
        edit.set("c", to: "null")
        edit.set("a", to: "[2]")
      } == "{ \"a\" : [2] ,\n\"b\":[ 1.0, {\"a\":2} ], \"c\":null }")
  }

  @Test("A member of an inner object is replaced")
  func replacesInside() throws {
    let text = #"{"a":1,"text":{"a":2,"b":3}}"#
    #expect(
      try edit(text) { edit, root in edit.set("a", to: "9", in: root["text"]) }
        == #"{"a":1,"text":{"a":9,"b":3}}"#)
  }

  @Test("A member is added to an inner object, but not where that is replaced")
  func addsInside() throws {
    let text = "{\n  \"text\": {\n    \"a\": 2\n  },\n  \"empty\": {}\n}"
    let changed = try edit(text) { edit, root in
      edit.set("b", to: "3", in: root["text"])
      edit.set("c", to: "4", in: root["text"])
      edit.set("a", to: "5", in: root["text"])
      edit.set("x", to: "1", in: root["empty"])
      edit.set("y", to: "2", in: root["empty"])
      edit.set("z", to: "0")
    }
    #expect(
      changed == "{\n  \"text\": {\n    \"a\": 5,\n    \"b\": 3,\n    \"c\": 4\n  },\n  "
        + "\"empty\": {\"x\": 1,\"y\": 2},\n  \"z\": 0\n}")
    #expect(
      try edit(#"{"a":{"b":1}}"#) { edit, root in
        edit.set("c", to: "2", in: root["a"])
        edit.set("a", to: "0")
      } == #"{"a":0}"#)
  }

  @Test("Every duplicate of a member is replaced, escaped keys too")
  func replacesDuplicates() throws {
    #expect(
      try edit(#"{"a":1,"b":2,"\u0061":3}"#) { edit, _ in edit.set("a", to: "0") }
        == #"{"a":0,"b":2,"\u0061":0}"#)
  }

  @Test("A new member goes to the end, on a line indented like the first")
  func addsMembers() throws {
    #expect(
      try edit("{\n    \"a\": 1\n}\n") { edit, _ in
        edit.set("b", to: "2")
        edit.set("c", to: "\"x\"")
      } == "{\n    \"a\": 1,\n    \"b\": 2,\n    \"c\": \"x\"\n}\n")
    #expect(try edit(#"{"a":1}"#) { edit, _ in edit.set("b", to: "2") } == #"{"a":1,"b": 2}"#)
    #expect(
      try edit("{\"a\":1}") { edit, _ in edit.set("q\"\n", to: "2") } == "{\"a\":1,\"q\\\"\\n\": 2}"
    )
  }

  @Test("Members are added to an empty object")
  func fillsEmptyObjects() throws {
    for text in ["{}", " {} ", "{ }", "{\n}"] {
      let edited = try edit(text) { edit, _ in
        edit.set("a", to: "1")
        edit.set("b", to: "2")
      }
      let root = try JSON(parsing: Array(edited.utf8), source: "edited")
      #expect(root["a"]?.int == 1 && root["b"]?.int == 2 && root.count == 2)
    }
  }

  @Test("Replacing the last member and adding another keeps both")
  func replacesAndAdds() throws {
    #expect(
      try edit("{\n \"a\": 1,\n \"b\": 2\n}") { edit, _ in
        edit.set("b", to: "{}")
        edit.set("c", to: "3")
      } == "{\n \"a\": 1,\n \"b\": {},\n \"c\": 3\n}")
  }

  @Test("Of several changes of one member the last one counts")
  func lastChangeCounts() throws {
    #expect(
      try edit(#"{"a":1}"#) { edit, _ in
        edit.set("a", to: "2")
        edit.set("a", to: "3")
        edit.set("b", to: "4")
        edit.set("b", to: "5")
      } == #"{"a":3,"b": 5}"#)
  }

  @Test("A change inside a member that is replaced as a whole is lost, whatever comes first")
  func replacementSwallowsInnerChanges() throws {
    for innerFirst in [true, false] {
      let edited = try edit(#"{"a":{"b":1},"c":2}"#) { edit, root in
        if innerFirst { edit.set("b", to: "7", in: root["a"]) }
        edit.set("a", to: "{}")
        if !innerFirst { edit.set("b", to: "7", in: root["a"]) }
      }
      #expect(edited == #"{"a":{},"c":2}"#)
    }
  }

  @Test("Random edits change the members that they name and no others")
  func editsRandomObjects() throws {
    var random = RandomJSON(seed: 3)
    var generator = SeededGenerator(seed: 4)
    for _ in 0..<300 {
      var members: [(key: [UInt8], value: JSONValue)] = (0..<5).map {
        (Array("key\($0)".utf8), random.value(depth: 2))
      }
      let text = random.text(.object(members))
      let root = try JSON(parsing: Array(text.utf8), source: "file")
      var edit = JSONEdit(root)
      for _ in 0..<Int.random(in: 0...4, using: &generator) {
        let key = "key\(Int.random(in: 0..<8, using: &generator))"
        let value = random.value(depth: 1)
        edit.set(key, to: random.text(value))
        if let index = members.firstIndex(where: { $0.key == Array(key.utf8) }) {
          members[index].value = value
        } else {
          members.append((Array(key.utf8), value))
        }
      }
      let edited = try JSON(parsing: edit.bytes(), source: "edited")
      #expect(JSONValue(edited) == .object(members))
    }
  }

  // MARK: Texts

  @Test("A written string is read back unchanged")
  func writesStrings() throws {
    var texts = RandomText(seed: 5)
    let all = String(String.UnicodeScalarView((0...0x2FF).compactMap { Unicode.Scalar($0) }))
    for text in [all, "\u{2028}\u{2029}\u{FFFE}"] + (0..<500).map({ _ in texts.next(upTo: 30) }) {
      let json = try JSON(parsing: Array(JSONText.string(text).utf8), source: "written")
      #expect(json.utf8 == Array(text.utf8))
      #expect(JSONText.string(text).utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F })
    }
  }

  @Test("A row of bytes is what its parts are as texts, with invalid UTF-8 replaced")
  func writesRows() throws {
    var generator = SeededGenerator(seed: 6)
    for _ in 0..<500 {
      let bytes = (0..<Int.random(in: 0..<12, using: &generator)).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
      let number = UInt64.random(in: 0...(.max), using: &generator) >> (bytes.count * 5)
      var row = JSONBytes()
      row.append(#"{"text":"#)
      row.append(string: bytes)
      row.append(#","list":"#)
      row.appendList([0..<bytes.count, 7..<12345]) { $0.append(range: $1) }
      row.append(#","number":"#)
      row.append(number: number)
      row.append("}")
      let text = JSONText.string(String(decoding: bytes, as: UTF8.self))
      let expected =
        "{\"text\":\(text),\"list\":[[0,\(bytes.count)],[7,12345]],\"number\":\(number)}"
      #expect(String(decoding: row.bytes, as: UTF8.self) == expected)
      let read = try JSON(parsing: row.bytes, source: "written").required("text")
      #expect(read.utf8 == Array(String(decoding: bytes, as: UTF8.self).utf8))
      row.removeAll()
      #expect(row.bytes.isEmpty)
    }
  }

  @Test("Numbers without a spelling in JSON become null, others are read back")
  func writesNumbers() throws {
    #expect(JSONText.number(Double.nan) == "null" && JSONText.number(-Float.infinity) == "null")
    for value in [0, -1.5, 1e300, 5e-300, 0.1, 123_456_789] {
      let json = try JSON(parsing: Array(JSONText.number(value).utf8), source: "written")
      #expect(json.double == value)
    }
    #expect(JSONText.list(["1", "\"a\""]) == "[1,\"a\"]" && JSONText.list([]) == "[]")
  }
}
