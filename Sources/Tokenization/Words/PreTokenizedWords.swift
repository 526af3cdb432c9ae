internal import Normalization

/// The pieces of any pre-tokenizer as words. What it drops between pieces is a separator.
///
/// A pre-tokenizer that rewrites the text (`▁` for a space) has its pieces reported by the bytes of the
/// original text that they stand for.
public struct PreTokenizedWords: WordSplitting {
  private let splitter: Splitter
  private let segments: SegmentRule

  /// - Throws: `TokenizerError` when a pattern is not valid or a part is not available.
  public init(_ preTokenizer: PreTokenizer?) throws(TokenizerError) {
    splitter = try Splitter(preTokenizer, keepsBytes: true)
    segments = SegmentRule(nil, preTokenizer)
  }

  /// Patterns may look ahead at what follows a word; nothing is known of any.
  public var isCausal: Bool { false }

  public func forEachWord(
    in text: UnsafeBufferPointer<UInt8>, _ body: (_ word: Range<Int>, _ isSeparator: Bool) -> Void
  ) throws(TokenizerError) {
    let split = try splitter.split(AlignedText(Array(text)[...]))
    var position = 0
    for piece in split.pieces {
      let range = split.text.originalRange(of: piece)
      // Several pieces may stand for one character.
      let start = max(range.lowerBound, position)
      guard range.upperBound > start else { continue }
      if start > position { body(position..<start, true) }
      body(start..<range.upperBound, false)
      position = range.upperBound
    }
    if position < text.count { body(position..<text.count, true) }
  }

  public func lastCut(in text: UnsafeBufferPointer<UInt8>) -> Int? {
    var start: Int?
    segments.forEachSegment(of: UnsafeRawBufferPointer(text)) { segment in
      if let base = text.baseAddress, let first = segment.baseAddress {
        start = first - UnsafeRawPointer(base)
      }
    }
    // What is dropped may go on in white space that the rule does not know.
    return start.flatMap { $0 > 0 && (0x20..<0x7F).contains(text[$0]) ? $0 : nil }
  }
}
