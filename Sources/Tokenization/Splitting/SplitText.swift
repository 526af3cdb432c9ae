internal import Normalization

/// A normalized text and the pieces into which it has been cut so far.
struct SplitText {
  private(set) var text: AlignedText
  /// Non-empty byte ranges of `text`, from left to right. What lies between them has been removed.
  private(set) var pieces: [Range<Int>]

  init(_ text: AlignedText) {
    self.text = text
    pieces = text.bytes.isEmpty ? [] : [0..<text.bytes.count]
  }

  /// Cuts every piece further.
  ///
  /// - Parameter matches: for a piece, the places that the pattern matches, from left to right.
  mutating func split<Failure: Error>(
    _ behavior: SplitBehavior, inverted: Bool = false,
    at matches: (ArraySlice<UInt8>) throws(Failure) -> [Range<Int>]
  ) throws(Failure) {
    pieces = try cut(behavior, inverted) { (piece, segments) throws(Failure) in
      for match in try matches(text.bytes[piece]) { segments.addMatch(match) }
    }
  }

  /// Cuts every piece at the scalars of a class.
  mutating func split(_ behavior: SplitBehavior, where isDelimiter: (Unicode.Scalar) -> Bool) {
    pieces = cut(behavior, false) { piece, segments in
      for (scalar, range) in UTF8Scalars(text.bytes[piece]) where isDelimiter(scalar) {
        segments.addMatch(range)
      }
    }
  }

  /// The pieces, cut further at the matches that `addMatches` finds in each.
  private func cut<Failure: Error>(
    _ behavior: SplitBehavior, _ isInverted: Bool,
    _ addMatches: (Range<Int>, inout SplitSegments) throws(Failure) -> Void
  ) throws(Failure) -> [Range<Int>] {
    var segments = SplitSegments(behavior, isInverted: isInverted)
    segments.reserveCapacity(pieces.count)
    for piece in pieces {
      segments.begin(piece)
      try addMatches(piece, &segments)
      segments.end()
    }
    return segments.pieces
  }

  /// Cuts every piece after every `length` scalars.
  mutating func split(every length: Int) {
    var result: [Range<Int>] = []
    for piece in pieces {
      var start = piece.lowerBound
      for (index, (_, range)) in UTF8Scalars(text.bytes[piece]).enumerated()
      where (index + 1) % length == 0 || range.upperBound == piece.upperBound {
        result.append(start..<range.upperBound)
        start = range.upperBound
      }
    }
    pieces = result
  }

  /// Changes the text of every piece; what had been removed between pieces is gone.
  mutating func rewrite(_ change: (inout AlignedText) -> Void) {
    let parts = pieces.map { piece in
      var part = text.part(piece)
      change(&part)
      return part
    }
    (text, pieces) = AlignedText.joined(parts, originalStart: text.originalStart)
  }
}
