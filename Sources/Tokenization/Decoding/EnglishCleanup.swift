/// The clean-up of English punctuation and contractions that Hugging Face's decoders offer.
enum EnglishCleanup {
  /// Applied one after the other.
  private static let replacements: [(String, String)] = [
    (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"),
    (" 'm", "'m"), (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
  ]

  static func clean(_ text: [UInt8]) -> [UInt8] {
    guard text.contains(0x20) else { return text }
    return replacements.reduce(text) { $0.replacing($1.0, with: $1.1) }
  }
}
