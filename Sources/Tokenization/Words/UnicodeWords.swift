internal import Normalization

/// Unicode's default word boundaries (UAX #29, Unicode 16). White space and punctuation are words too.
///
/// Whether a full stop ends a word depends on what follows it, so that the rule is not causal.
public struct UnicodeWords: WordSplitting {
  public init() {}

  public var isCausal: Bool { false }

  public func forEachWord(
    in text: UnsafeBufferPointer<UInt8>, _ body: (_ word: Range<Int>, _ isSeparator: Bool) -> Void
  ) {
    WordBreakClass.table.withUnsafeBufferPointer { classes in
      guard let classes = classes.baseAddress else { return }
      let scanner = WordBoundaryScanner(text: text, classes: classes)
      var start = 0
      while start < text.count {
        let end = scanner.end(from: start)
        body(start..<end, false)
        start = end
      }
    }
  }

  public func lastCut(in text: UnsafeBufferPointer<UInt8>) -> Int? { cutAfterLine(in: text) }
}
