/// A compiled `TextPattern`.
public struct TextMatcher: Sendable {
  private enum Engine: Sendable {
    case literal([UInt8])
    case words(WordPattern)
    case regex(RegularExpression)
  }
  private let engine: Engine

  /// The pattern, if it is one of those that are matched by hand.
  package var wordPattern: WordPattern? {
    if case .words(let pattern) = engine { pattern } else { nil }
  }

  /// - Throws: `NormalizationError.badPattern` when a regular expression is not valid.
  public init(_ pattern: TextPattern) throws(NormalizationError) {
    if let words = WordPattern(pattern) {
      engine = .words(words)
      return
    }
    switch pattern {
    case .literal(let text): engine = .literal(Array(text.utf8))
    case .regex(let pattern): engine = .regex(try RegularExpression(oniguruma: pattern))
    case .fancyRegex(let pattern): engine = .regex(try RegularExpression(fancyRegex: pattern))
    }
  }

  /// The text that is looked for; `nil` for a regular expression.
  public var literal: [UInt8]? {
    if case .literal(let text) = engine { return text }
    return nil
  }

  /// Finds the byte ranges of all matches in a well-formed text, from left to right, none overlapping.
  ///
  /// An empty match directly after another match is not reported, as in the reference's iterator, nor
  /// is one in an empty text.
  ///
  /// - Throws: `NormalizationError.patternGaveUp` when a regular expression exceeds its limits.
  public func forEachMatch(
    in bytes: ArraySlice<UInt8>, _ body: (Range<Int>) -> Void
  ) throws(NormalizationError) {
    guard !bytes.isEmpty else { return }
    switch engine {
    case .literal(let text): Self.forEachOccurrence(of: text, in: bytes, body)
    case .words(let pattern): pattern.forEachMatch(in: bytes, body)
    case .regex(let regex): try regex.forEachMatch(in: bytes, body)
    }
  }

  /// All that `forEachMatch` finds.
  ///
  /// - Throws: `NormalizationError.patternGaveUp` when a regular expression exceeds its limits.
  public func matches(in bytes: ArraySlice<UInt8>) throws(NormalizationError) -> [Range<Int>] {
    var result: [Range<Int>] = []
    try forEachMatch(in: bytes) { result.append($0) }
    return result
  }

  private static func forEachOccurrence(
    of text: [UInt8], in bytes: ArraySlice<UInt8>, _ body: (Range<Int>) -> Void
  ) {
    guard let first = text.first else { return }
    var position = bytes.startIndex
    while position + text.count <= bytes.endIndex {
      if bytes[position] == first, bytes[position..<(position + text.count)].elementsEqual(text) {
        body(position..<(position + text.count))
        position += text.count
      } else {
        position += 1
      }
    }
  }
}
