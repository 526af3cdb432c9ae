import Graft

/// Uses of a tokenizer that was read from anything.
enum Exercise {
  static let texts = [
    "Hello, wörld! 123\n\t<s> 你好", "", "  a", String(repeating: "ab", count: 40), "\u{0}\u{301}é<|x|>",
  ]

  /// Encodes a few texts and decodes them again: an error or a result, and offsets inside the text.
  static func use(_ definition: TokenizerDefinition) {
    guard let tokenizer = try? Tokenizer(definition) else { return }
    for text in texts {
      guard let encoding = try? tokenizer.encode(text) else { continue }
      for range in encoding.offsets {
        precondition(range.upperBound <= text.utf8.count, "an offset lies outside the text")
      }
      _ = try? tokenizer.decode(encoding.ids)
      _ = try? tokenizer.decode(encoding.ids, skipSpecialTokens: true)
    }
    _ = try? tokenizer.decode([0, 1, 2, 3, 7, 255, 256, .max])
  }
}
