extension UTF8 {
  /// The length of a well-formed sequence that begins with `lead`.
  @inlinable
  public static func sequenceLength(lead: UInt8) -> Int {
    switch lead {
    case 0x00...0x7F: 1
    case 0x80...0xDF: 2
    case 0xE0...0xEF: 3
    default: 4
    }
  }
}

/// The scalars of a well-formed UTF-8 text with their byte positions.
public struct UTF8Scalars<Bytes: RandomAccessCollection>: Sequence, IteratorProtocol
where Bytes.Element == UInt8, Bytes.Index == Int {
  @usableFromInline let bytes: Bytes
  @usableFromInline var position: Int

  /// The scalars of `bytes`, which must be well-formed UTF-8.
  @inlinable
  public init(_ bytes: Bytes) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  @inlinable
  public mutating func next() -> (scalar: Unicode.Scalar, range: Range<Int>)? {
    guard position < bytes.endIndex else { return nil }
    let lead = bytes[position]
    let length = UTF8.sequenceLength(lead: lead)
    var value = UInt32(lead)
    if length > 1 {
      value &= 0x7F >> UInt32(length)
      for offset in 1..<length { value = value << 6 | UInt32(bytes[position + offset] & 0x3F) }
    }
    let range = position..<(position + length)
    position += length
    return (Unicode.Scalar(value) ?? "\u{FFFD}", range)
  }
}

extension [UInt8] {
  /// Whether every byte is below 0x80.
  public var isASCII: Bool { allSatisfy { $0 < 0x80 } }

  /// The scalars of a well-formed UTF-8 text.
  public var scalars: some Sequence<Unicode.Scalar> { UTF8Scalars(self).lazy.map(\.scalar) }
}
