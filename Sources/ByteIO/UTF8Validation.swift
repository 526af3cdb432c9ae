/// Validation of UTF-8 as Unicode's table 3-7 defines it: no overlong forms, no surrogates, nothing
/// above U+10FFFF.
public enum UTF8Validation {
  /// The index of the first byte that does not belong to a well-formed sequence; `nil` when all do.
  ///
  /// - Complexity: O(count).
  public static func firstInvalidByte(in bytes: ArraySlice<UInt8>) -> Int? {
    bytes.withUnsafeBufferPointer { buffer in
      firstInvalidByte(in: UnsafeRawBufferPointer(buffer)).map { bytes.startIndex + $0 }
    }
  }

  /// The offset of the first byte that does not belong to a well-formed sequence; `nil` when all do.
  public static func firstInvalidByte(in bytes: UnsafeRawBufferPointer) -> Int? {
    var position = 0
    while position < bytes.count {
      let length = sequenceLength(at: position, in: bytes)
      if length == 0 { return position }
      position += length
    }
    return nil
  }

  /// The length of the well-formed sequence at `position`, or 0 when there is none.
  public static func sequenceLength(at position: Int, in bytes: UnsafeRawBufferPointer) -> Int {
    let lead = bytes[position]
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch lead {
    case 0x00...0x7F: return 1
    case 0xC2...0xDF: length = 2
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: length = 3
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: length = 4
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    default: return 0
    }
    guard position + length <= bytes.count, second.contains(bytes[position + 1]) else { return 0 }
    for offset in 2..<max(length, 2) where bytes[position + offset] & 0xC0 != 0x80 { return 0 }
    return length
  }
}
