package import Normalization

/// The way of a text to the words that a model sees: normalized and cut, added tokens not looked for.
///
/// It is what trainers count words with; it follows Hugging Face's `Tokenizer.train`.
package struct WordSplitter: Sendable {
  private let normalizer: CompiledNormalizer
  private let splitter: Splitter
  private let segments: SegmentRule

  /// - Parameter keepsBytes: whether words stay plain bytes where the byte alphabet would spell them
  ///   last.
  /// - Throws: `TokenizerError` when a pattern is not valid or a part is not available.
  package init(
    normalizer: Normalizer?, preTokenizer: PreTokenizer?, keepsBytes: Bool
  ) throws(TokenizerError) {
    self.normalizer = try TokenizerError.wrapping { () throws(NormalizationError) in
      try CompiledNormalizer(normalizer)
    }
    splitter = try Splitter(preTokenizer, keepsBytes: keepsBytes)
    segments = SegmentRule(normalizer, preTokenizer)
  }

  /// Whether words are plain bytes still to be spelled in the byte alphabet.
  package var yieldsBytes: Bool { splitter.yieldsBytes }

  /// Calls `body` with parts of a text whose words, one part after the other, are those of the text;
  /// the bytes must not escape.
  ///
  /// - Parameter text: well-formed UTF-8.
  package func forEachSegment(
    of text: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void
  ) {
    segments.forEachSegment(of: text, body)
  }

  /// Calls `body` with every word of a text, from left to right; the bytes must not escape.
  ///
  /// - Parameter text: well-formed UTF-8.
  /// - Throws: `TokenizerError` when a regular expression gives up on the text.
  package func forEachWord(
    of text: ArraySlice<UInt8>, _ body: (UnsafeRawBufferPointer) -> Void
  ) throws(TokenizerError) {
    var aligned = AlignedText(text)
    try TokenizerError.wrapping { () throws(NormalizationError) in
      try normalizer.normalize(&aligned)
    }
    let split = try splitter.split(aligned)
    split.text.bytes.withUnsafeBytes { bytes in
      for piece in split.pieces { body(UnsafeRawBufferPointer(rebasing: bytes[piece])) }
    }
  }
}
