/// Bytes on their way to well-formed UTF-8, as they come.
///
/// What comes out is `String(decoding:as:)` of all bytes together: U+FFFD stands for every maximal
/// part of a character that is not whole.
struct UTF8Repair: Sendable {
  /// The beginning of a character whose rest has not come yet; at most three bytes.
  private var pending: [UInt8] = []

  /// The text that more bytes make certain.
  mutating func append(_ bytes: [UInt8]) -> [UInt8] {
    pending += bytes
    let whole = pending.count - Self.incompleteSuffix(of: pending)
    defer { pending.removeFirst(whole) }
    return Self.repaired(pending[..<whole])
  }

  /// What the bytes that are left stand for.
  mutating func finish() -> [UInt8] {
    defer { pending.removeAll() }
    return Self.repaired(pending[...])
  }

  private static func repaired(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    Array(String(decoding: bytes, as: UTF8.self).utf8)
  }

  /// The length of what `bytes` end with if that can still become a character: 0 to 3.
  ///
  /// A character begins there, so that what stands before it is settled.
  static func incompleteSuffix(of bytes: [UInt8]) -> Int {
    for length in 1...3 where length <= bytes.count {
      let suffix = bytes.suffix(length)
      guard let lead = suffix.first else { return 0 }
      if UTF8.isContinuation(lead) { continue }
      return lead.sequenceLength > length && canContinue(suffix) ? length : 0
    }
    return 0
  }

  /// Whether the second byte, where there is one, is allowed after the first (Unicode's table 3-7).
  private static func canContinue(_ sequence: ArraySlice<UInt8>) -> Bool {
    guard let lead = sequence.first, let second = sequence.dropFirst().first else { return true }
    return switch lead {
    case 0xE0: second >= 0xA0
    case 0xED: second < 0xA0
    case 0xF0: second >= 0x90
    case 0xF4: second < 0x90
    default: true
    }
  }
}

extension UInt8 {
  /// The length of the characters that begin with this byte; 0 when none does.
  fileprivate var sequenceLength: Int {
    switch self {
    case 0x00...0x7F: 1
    case 0xC2...0xDF: 2
    case 0xE0...0xEF: 3
    case 0xF0...0xF4: 4
    default: 0
    }
  }
}
