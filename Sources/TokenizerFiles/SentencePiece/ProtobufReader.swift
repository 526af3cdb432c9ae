/// Protocol Buffers' wire format, as far as sentencepiece's models need it.
///
/// SwiftProtobuf would do this too, but brings Foundation into every program that opens a
/// tokenizer; the format's dozen fields need only varints, 32-bit numbers and byte strings. The
/// reader is strict where the reference's parser is: groups, field number zero, overlong varints
/// and lengths beyond the end are errors.
struct ProtobufReader {
  /// One field of a message.
  struct Field {
    var number: Int
    var value: Value
    /// The field as it stands in the file, tag included.
    var bytes: ArraySlice<UInt8>
    /// Where it begins.
    var offset: Int { bytes.startIndex }
  }

  enum Value {
    case varint(UInt64)
    case fixed64(UInt64)
    case bytes(ArraySlice<UInt8>)
    case fixed32(UInt32)
  }

  /// Bytes that are not the wire format.
  struct Malformed: Error {
    var offset: Int
    var complaint: String
  }

  private let message: ArraySlice<UInt8>
  private var position: Int

  init(_ message: ArraySlice<UInt8>) {
    self.message = message
    position = message.startIndex
  }

  /// The next field; `nil` at the end of the message.
  mutating func next() throws(Malformed) -> Field? {
    guard position < message.endIndex else { return nil }
    let start = position
    let tag = try varint()
    guard tag >> 3 != 0, tag <= UInt64(UInt32.max) else {
      throw Malformed(offset: start, complaint: "a field has the number \(tag >> 3)")
    }
    let value: Value
    switch tag & 7 {
    case 0: value = .varint(try varint())
    case 1: value = .fixed64(try fixed(8))
    case 2:
      let length = try varint()
      guard length <= UInt64(message.endIndex - position) else {
        throw Malformed(
          offset: start, complaint: "a field of \(length) bytes reaches beyond the end")
      }
      let end = position + Int(length)
      value = .bytes(message[position..<end])
      position = end
    case 5: value = .fixed32(UInt32(truncatingIfNeeded: try fixed(4)))
    default:
      throw Malformed(
        offset: start, complaint: "a field has the wire type \(tag & 7), which is not supported")
    }
    return Field(number: Int(tag >> 3), value: value, bytes: message[start..<position])
  }

  private mutating func varint() throws(Malformed) -> UInt64 {
    let start = position
    var result: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard position < message.endIndex else {
        throw Malformed(offset: start, complaint: "a number is cut off")
      }
      let byte = message[position]
      position += 1
      result |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return result }
    }
    throw Malformed(offset: start, complaint: "a number has more than ten bytes")
  }

  private mutating func fixed(_ count: Int) throws(Malformed) -> UInt64 {
    guard message.endIndex - position >= count else {
      throw Malformed(offset: position, complaint: "a number is cut off")
    }
    defer { position += count }
    return message[position..<(position + count)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}

extension ProtobufReader.Field {
  /// The field's value as a truth value, an integer, bytes or a number.
  ///
  /// - Throws: `ProtobufReader.Malformed` when the field has another type.
  func bool() throws(ProtobufReader.Malformed) -> Bool { try varint() != 0 }

  func int() throws(ProtobufReader.Malformed) -> Int {
    Int(truncatingIfNeeded: try varint())
  }

  func content() throws(ProtobufReader.Malformed) -> ArraySlice<UInt8> {
    guard case .bytes(let bytes) = value else { throw wrongType("bytes") }
    return bytes
  }

  func float() throws(ProtobufReader.Malformed) -> Float {
    guard case .fixed32(let bits) = value else { throw wrongType("a 32-bit number") }
    return Float(bitPattern: bits)
  }

  func string() throws(ProtobufReader.Malformed) -> String {
    let bytes = try content()
    guard let string = String(validating: bytes, as: UTF8.self) else {
      throw ProtobufReader.Malformed(
        offset: offset, complaint: "the text of field \(number) is not UTF-8")
    }
    return string
  }

  private func varint() throws(ProtobufReader.Malformed) -> UInt64 {
    guard case .varint(let value) = value else { throw wrongType("an integer") }
    return value
  }

  private func wrongType(_ expected: String) -> ProtobufReader.Malformed {
    ProtobufReader.Malformed(offset: offset, complaint: "field \(number) must be \(expected)")
  }
}
