internal import ByteIO

/// A rule that cuts a text into words.
///
/// The words follow one another and together are the text, byte for byte. What a rule of the literature
/// drops between words is a word too, marked as a separator.
public protocol WordSplitting: Sendable {
  /// Whether the words of a text's beginning are those of the text, of which the last may have been cut
  /// short: what a model needs that reads a text word by word while it is being written.
  var isCausal: Bool { get }

  /// Calls `body` with every word, from left to right.
  ///
  /// - Parameters:
  ///   - text: well-formed UTF-8.
  ///   - body: is given the bytes of a word, which are not empty, as a range of `text`, and whether the
  ///     rule takes them for what stands between words.
  /// - Throws: `TokenizerError` when a regular expression gives up on the text.
  func forEachWord(
    in text: UnsafeBufferPointer<UInt8>, _ body: (_ word: Range<Int>, _ isSeparator: Bool) -> Void
  ) throws(TokenizerError)

  /// The last place of a text, after its beginning, at which it can be cut so that the words of both
  /// parts, whatever is appended to the second, are those of the whole; `nil` when none is known.
  func lastCut(in text: UnsafeBufferPointer<UInt8>) -> Int?
}

extension WordSplitting {
  /// The words of a text.
  ///
  /// - Parameters:
  ///   - text: well-formed UTF-8.
  ///   - keepsSeparators: whether what the rule drops between words is among them.
  /// - Throws: `TokenizerError.invalidUTF8`, and as `forEachWord(in:_:)`.
  public func words(
    of text: [UInt8], keepsSeparators: Bool = true
  ) throws(TokenizerError) -> [Range<Int>] {
    if let offset = UTF8Validation.firstInvalidByte(in: text[...]) {
      throw .invalidUTF8(offset: offset)
    }
    var result: [Range<Int>] = []
    try text.withUnsafeBufferPointer { bytes throws(TokenizerError) in
      try forEachWord(in: bytes) { word, isSeparator in
        if keepsSeparators || !isSeparator { result.append(word) }
      }
    }
    return result
  }

  /// After the last line feed: no rule of Unicode looks across one.
  func cutAfterLine(in text: UnsafeBufferPointer<UInt8>) -> Int? {
    var position = text.count
    while position > 0 {
      if text[position - 1] == 0x0A { return position < text.count ? position : nil }
      position -= 1
    }
    return nil
  }
}
