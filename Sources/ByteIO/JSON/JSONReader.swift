/// Reads the values of a document by their indices in its table, and makes no object for any: the way
/// through the hundreds of thousands of entries of a vocabulary.
///
/// An index stands for a value; the children of a value follow it. What a reader returns is valid until
/// the scratch it lies in is used again, and never beyond `JSON.withReader`.
package final class JSONReader {
  private let bytes: UnsafeRawBufferPointer
  private let nodes: UnsafeBufferPointer<JSONNode>
  private var scratch: [UnsafeMutableBufferPointer<UInt8>]

  fileprivate init(_ bytes: UnsafeRawBufferPointer, _ nodes: UnsafeBufferPointer<JSONNode>) {
    self.bytes = bytes
    self.nodes = nodes
    scratch = [.init(start: nil, count: 0), .init(start: nil, count: 0)]
  }

  deinit { for buffer in scratch { buffer.deallocate() } }

  /// The places where a string without its escapes can lie.
  package enum Scratch: Int { case first, second }

  package func kind(_ index: Int) -> JSON.Kind { nodes[index].kind }

  /// The index after the last value inside this one.
  package func end(_ index: Int) -> Int { Int(nodes[index].next) }

  /// The number of elements or members.
  package func count(_ index: Int) -> Int { Int(nodes[index].childCount) }

  /// The UTF-8 bytes of a string with its escapes resolved; `nil` for any other kind.
  package func utf8(_ index: Int, _ place: Scratch = .first) -> UnsafeRawBufferPointer? {
    let node = nodes[index]
    guard node.kind == .string else { return nil }
    let content = UnsafeRawBufferPointer(
      rebasing: bytes[(Int(node.start) + 1)..<(Int(node.end) - 1)])
    guard node.hasEscapes else { return content }
    if scratch[place.rawValue].count < content.count {
      scratch[place.rawValue].deallocate()
      scratch[place.rawValue] = .allocate(capacity: content.count * 2)
    }
    let output = scratch[place.rawValue]
    let count = JSONParser.unescape(content, into: output)
    return UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: output[..<count]))
  }

  /// As `JSON.int`.
  package func int(_ index: Int) -> Int? { number(index).flatMap(Self.integer) }

  /// A number as it stands in the document; `nil` for any other kind.
  package func number(_ index: Int) -> UnsafeRawBufferPointer? {
    let node = nodes[index]
    guard node.kind == .number else { return nil }
    return UnsafeRawBufferPointer(rebasing: bytes[Int(node.start)..<Int(node.end)])
  }

  /// A JSON number that is a whole one and fits; `-0` is none.
  static func integer(_ text: UnsafeRawBufferPointer) -> Int? {
    let isNegative = text.first == UInt8(ascii: "-")
    var value = 0
    for byte in text[(isNegative ? 1 : 0)...] {
      let digit = byte &- UInt8(ascii: "0")
      guard digit < 10 else { return nil }
      let (product, isTooLarge) = value.multipliedReportingOverflow(by: 10)
      // Counted downwards where it is negative: the least integer has no opposite.
      let (sum, carries) =
        isNegative
        ? product.subtractingReportingOverflow(Int(digit))
        : product.addingReportingOverflow(Int(digit))
      guard !isTooLarge, !carries else { return nil }
      value = sum
    }
    return isNegative && value == 0 ? nil : value
  }
}

extension JSON {
  /// Calls `body` with a reader of the document and the index of this value.
  package func withReader<Result, Failure: Error>(
    _ body: (JSONReader, Int) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try document.bytes.withUnsafeBufferPointer { bytes throws(Failure) in
      try document.nodes.withUnsafeBufferPointer { nodes throws(Failure) in
        // The two arrays live as long as the closures; so the reader must not escape.
        try body(JSONReader(UnsafeRawBufferPointer(bytes), nodes), index)
      }
    }
  }

  /// The value at an index that a reader gave, for messages.
  package func value(at index: Int) -> JSON { JSON(document: document, index: index) }
}
