/// The clean-up of English punctuation and contractions that Hugging Face's decoders offer.
enum EnglishCleanup {
  /// Applied one after the other.
  private static let replacements: [(String, String)] = [
    (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"),
    (" 'm", "'m"), (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
  ]

  static func clean(_ text: [UInt8]) -> [UInt8] {
    guard mayChange(text) else { return text }
    return replacements.reduce(text) { $0.replacing($1.0, with: $1.1) }
  }

  /// Whether something that is replaced may stand in the text; most tokens are left alone.
  private static func mayChange(_ text: [UInt8]) -> Bool {
    for (index, byte) in text.enumerated() where byte == 0x20 {
      switch text[(index + 1)...].first {
      case UInt8(ascii: "."), UInt8(ascii: "?"), UInt8(ascii: "!"), UInt8(ascii: ","),
        UInt8(ascii: "'"):
        return true
      case UInt8(ascii: "n"), UInt8(ascii: "d"):
        if text[index...].starts(with: " n't".utf8) || text[index...].starts(with: " do not".utf8) {
          return true
        }
      default: continue
      }
    }
    return false
  }
}
