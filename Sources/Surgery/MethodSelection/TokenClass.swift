/// What kind of text a token stands for. Rows of different kinds may want different methods.
public enum TokenClass: String, Sendable, CaseIterable {
  /// A space and letters: the beginning of a word, or all of it.
  case word
  /// Letters alone: a part of a word.
  case wordPiece = "word piece"
  case digits
  case whitespace
  /// Everything else that is text: punctuation, operators, mixtures.
  case symbols
  /// A word or a part of one in letters beyond Latin.
  case otherScript = "other script"
  /// Bytes that are no text by themselves.
  case bytes

  /// The class of a token's text.
  init(_ text: [UInt8]) {
    guard let string = String(validating: text, as: UTF8.self) else {
      self = .bytes
      return
    }
    let scalars = string.unicodeScalars
    let inner = scalars.first == " " ? scalars.dropFirst() : scalars[...]
    if scalars.allSatisfy(\.properties.isWhitespace) {
      self = .whitespace
    } else if inner.allSatisfy({ $0.properties.numericType != nil }) {
      self = .digits
    } else if inner.allSatisfy(\.properties.isAlphabetic) {
      // Letters up to U+024F are Latin.
      let isLatin = inner.allSatisfy { $0.value < 0x250 }
      self = !isLatin ? .otherScript : inner.count < scalars.count ? .word : .wordPiece
    } else {
      self = .symbols
    }
  }
}
