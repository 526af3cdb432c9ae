internal import Normalization

/// The characters that a vocabulary has no token for, which are spelled with a token for each byte.
struct FallbackCharacters {
  /// For every beginning of a character: how many characters that begin so have a token.
  private var known: [[UInt8]: Int] = [:]

  /// - Parameter isFallback: whether a token is a byte of such a spelling.
  init(index: TokenByteIndex, isFallback: (TokenID) -> Bool) {
    for (place, id) in index.ids.enumerated() where !isFallback(id) {
      let bytes = Array(index.bytes(at: place))
      guard let lead = bytes.first, UTF8.sequenceLength(lead: lead) == bytes.count else { continue }
      for length in 1...bytes.count { known[Array(bytes[..<length]), default: 0] += 1 }
    }
  }

  /// The beginning of a character, one byte longer; empty when the character is complete.
  ///
  /// - Returns: `nil` when every character that begins so has a token, or none does.
  func extended(_ beginning: [UInt8], by byte: UInt8) -> [UInt8]? {
    let bytes = beginning + [byte]
    let count = Self.count(beginningWith: bytes)
    guard count > known[bytes] ?? 0 else { return nil }
    return count == 1 && bytes.count == UTF8.sequenceLength(lead: bytes[0]) ? [] : bytes
  }

  /// How many characters begin with some bytes.
  private static func count(beginningWith bytes: [UInt8]) -> Int {
    guard let lead = bytes.first, lead < 0x80 || (0xC2..<0xF5).contains(lead) else { return 0 }
    let length = UTF8.sequenceLength(lead: lead)
    guard bytes.count <= length, bytes.dropFirst().allSatisfy(UTF8.isContinuation) else { return 0 }
    if bytes.count > 1 {
      switch (lead, bytes[1]) {
      case (0xE0, ..<0xA0), (0xED, 0xA0...), (0xF0, ..<0x90), (0xF4, 0x90...): return 0
      default: break
      }
    }
    var count = 1
    for position in bytes.count..<length {
      count *= position == 1 ? secondBytes(after: lead) : 64
    }
    return count
  }

  /// How many values the second byte of a character can have.
  private static func secondBytes(after lead: UInt8) -> Int {
    switch lead {
    case 0xE0, 0xED: 32
    case 0xF0: 48
    case 0xF4: 16
    default: 64
    }
  }
}
