/// A message in Protocol Buffers' wire format while it is being written.
struct ProtobufWriter {
  private(set) var bytes: [UInt8] = []

  mutating func append(_ number: Int, bool: Bool) { append(number, varint: bool ? 1 : 0) }

  /// Negative integers take ten bytes, as the format prescribes.
  mutating func append(_ number: Int, int: Int) {
    append(number, varint: UInt64(bitPattern: Int64(int)))
  }

  mutating func append(_ number: Int, float: Float) {
    appendVarint(UInt64(number) << 3 | 5)
    withUnsafeBytes(of: float.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func append(_ number: Int, content: some Collection<UInt8>) {
    appendVarint(UInt64(number) << 3 | 2)
    appendVarint(UInt64(content.count))
    bytes.append(contentsOf: content)
  }

  /// Appends fields that are encoded already.
  mutating func append(encoded: some Sequence<UInt8>) { bytes.append(contentsOf: encoded) }

  private mutating func append(_ number: Int, varint: UInt64) {
    appendVarint(UInt64(number) << 3)
    appendVarint(varint)
  }

  private mutating func appendVarint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
