import TestSupport
import Testing

@testable import ByteIO

/// The reader that walks a document's table finds what the values find.
@Suite struct JSONReaderTests {
  private func check(_ json: JSON, _ reader: JSONReader, _ index: Int) {
    #expect(reader.kind(index) == json.kind && reader.count(index) == json.count)
    #expect(reader.int(index) == json.int)
    #expect(reader.utf8(index).map { Array($0) } == json.utf8)
    #expect(reader.utf8(index, .second).map { Array($0) } == json.utf8)
    var child = index + 1
    for member in json.members {
      check(member.key, reader, child)
      check(member.value, reader, child + 1)
      child = reader.end(child + 1)
    }
    for element in json.elements {
      check(element, reader, child)
      child = reader.end(child)
    }
    if json.kind == .array || json.kind == .object { #expect(child == reader.end(index)) }
  }

  @Test("Every value of a document")
  func walks() throws {
    let text = #"""
      {"a":[1,-2,0,-0,1.0,9223372036854775807,-9223372036854775808,9223372036854775808,1e3],
       "\u00e9\n":{"":null,"x\"y":true,"\ud83d\ude00":"é\\\/"},"":[[],{},"plain",""]}
      """#
    let json = try JSON(parsing: Array(text.utf8), source: "x")
    json.withReader { reader, index in check(json, reader, index) }
    let inner = try json.required("a")
    inner.withReader { reader, index in check(inner, reader, index) }
  }

  @Test("Two strings can be held at once")
  func twoStrings() throws {
    let json = try JSON(parsing: Array(#"["\u0061\n","\u0062b\t"]"#.utf8), source: "x")
    json.withReader { reader, index in
      let first = reader.utf8(index + 1, .first)
      let second = reader.utf8(index + 2, .second)
      #expect(first.map { Array($0) } == Array("a\n".utf8))
      #expect(second.map { Array($0) } == Array("bb\t".utf8))
    }
  }
}
