/// GPT-2's byte alphabet: a printable character for each of the 256 bytes.
///
/// The printable bytes of Latin-1 stand for themselves; the other 68 take the characters from U+0100
/// on, in order. A space is therefore `Ġ` and a newline `Ċ`. (`bytes_to_unicode` in GPT-2's encoder.)
public enum ByteAlphabet {
  /// The character that spells `byte`.
  public static func scalar(for byte: UInt8) -> Unicode.Scalar { scalars[Int(byte)] }

  /// The byte that `scalar` spells; `nil` for a character outside the alphabet.
  public static func byte(for scalar: Unicode.Scalar) -> UInt8? {
    scalar.value < bytes.count ? bytes[Int(scalar.value)] : nil
  }

  /// Appends the bytes that a UTF-8 text in the alphabet spells.
  ///
  /// - Returns: whether every character is in the alphabet; else what is appended means nothing.
  public static func decode(utf8 spelled: ArraySlice<UInt8>, into result: inout [UInt8]) -> Bool {
    bytes.withUnsafeBufferPointer { bytes in
      var position = spelled.startIndex
      while position < spelled.endIndex {
        let lead = spelled[position]
        position += 1
        var value = Int(lead)
        if lead >= 0x80 {
          // The alphabet ends before U+0144, so that no character takes more than two bytes.
          guard lead & 0xE0 == 0xC0, position < spelled.endIndex else { return false }
          value = Int(lead & 0x1F) << 6 | Int(spelled[position] & 0x3F)
          position += 1
        }
        guard value < bytes.count, let byte = bytes[value] else { return false }
        result.append(byte)
      }
      return true
    }
  }

  private static let scalars: [Unicode.Scalar] = {
    var next: UInt32 = 0x100
    return (0...255).map { (byte: UInt32) -> Unicode.Scalar in
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return Unicode.Scalar(UInt8(byte))
      default:
        defer { next += 1 }
        return Unicode.Scalar(next) ?? " "
      }
    }
  }()

  private static let bytes: [UInt8?] = {
    var bytes = [UInt8?](repeating: nil, count: 0x144)
    for (byte, scalar) in scalars.enumerated() { bytes[Int(scalar.value)] = UInt8(byte) }
    return bytes
  }()
}
