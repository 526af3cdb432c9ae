internal import Normalization

/// A text cut into words: added tokens, and pieces for the model.
struct PreparedText {
  /// One word, in the sense of `Encoding.wordIDs`.
  enum Word {
    /// An added token, what it is called, and where it stands in the original text.
    case added(TokenID, name: [UInt8], offsets: Range<Int>)
    /// A piece of one of `parts`.
    case piece(part: Int, range: Range<Int>)
  }

  private(set) var parts: [SplitText] = []
  private(set) var words: [Word] = []

  mutating func append(_ id: TokenID, name: some Sequence<UInt8>, offsets: Range<Int>) {
    words.append(.added(id, name: Array(name), offsets: offsets))
  }

  mutating func append(_ part: SplitText) {
    words += part.pieces.map { .piece(part: parts.count, range: $0) }
    parts.append(part)
  }
}
