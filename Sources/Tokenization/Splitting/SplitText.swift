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
    pieces = try cut(behavior) { (piece, segments) throws(Failure) in
      let found = try matches(text.bytes[piece])
      if found.isEmpty {
        segments.append(SplitSegment(range: piece, isMatch: inverted))
        return
      }
      Self.appendSegments(of: piece, matches: found, to: &segments)
      if inverted { for index in segments.indices { segments[index].isMatch.toggle() } }
    }
  }

  /// Cuts every piece at the scalars of a class.
  mutating func split(_ behavior: SplitBehavior, where isDelimiter: (Unicode.Scalar) -> Bool) {
    pieces = cut(behavior) { piece, segments in
      var start = piece.lowerBound
      for (scalar, range) in UTF8Scalars(text.bytes[piece]) where isDelimiter(scalar) {
        if start < range.lowerBound {
          segments.append(SplitSegment(range: start..<range.lowerBound, isMatch: false))
        }
        segments.append(SplitSegment(range: range, isMatch: true))
        start = range.upperBound
      }
      if start < piece.upperBound {
        segments.append(SplitSegment(range: start..<piece.upperBound, isMatch: false))
      }
    }
  }

  /// The pieces, cut further at the segments that `appendSegments` finds in each. The list of them is
  /// the same each time, so that it is not made anew for every word.
  private func cut<Failure: Error>(
    _ behavior: SplitBehavior,
    _ appendSegments: (Range<Int>, inout [SplitSegment]) throws(Failure) -> Void
  ) throws(Failure) -> [Range<Int>] {
    var result: [Range<Int>] = []
    result.reserveCapacity(pieces.count)
    var segments: [SplitSegment] = []
    for piece in pieces {
      segments.removeAll(keepingCapacity: true)
      try appendSegments(piece, &segments)
      behavior.apply(to: segments) { range in if !range.isEmpty { result.append(range) } }
    }
    return result
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

  /// Appends a piece's matches and what lies between them, covering the whole piece.
  private static func appendSegments(
    of piece: Range<Int>, matches: [Range<Int>], to segments: inout [SplitSegment]
  ) {
    var position = piece.lowerBound
    for match in matches {
      if position < match.lowerBound {
        segments.append(SplitSegment(range: position..<match.lowerBound, isMatch: false))
      }
      segments.append(SplitSegment(range: match, isMatch: true))
      position = match.upperBound
    }
    if position < piece.upperBound {
      segments.append(SplitSegment(range: position..<piece.upperBound, isMatch: false))
    }
  }
}

/// A part of a piece: a match of the splitting pattern, or what lies between two.
struct SplitSegment {
  var range: Range<Int>
  var isMatch: Bool
}

extension SplitBehavior {
  /// Calls `body` with the pieces that the segments form, from left to right.
  func apply(to segments: [SplitSegment], _ body: (Range<Int>) -> Void) {
    switch self {
    case .removed: for segment in segments where !segment.isMatch { body(segment.range) }
    case .isolated: for segment in segments { body(segment.range) }
    case .contiguous: Self.joined(segments) { $0.isMatch == $1.isMatch }.forEach(body)
    case .mergedWithPrevious: Self.joined(segments) { !$0.isMatch && $1.isMatch }.forEach(body)
    case .mergedWithNext: Self.joinedWithNext(segments).forEach(body)
    }
  }

  /// Joins each segment to the one before it where `join` says so of the two.
  private static func joined(
    _ segments: [SplitSegment], where join: (SplitSegment, SplitSegment) -> Bool
  ) -> [Range<Int>] {
    var result: [Range<Int>] = []
    for (index, segment) in segments.enumerated() {
      if index > 0, join(segments[index - 1], segment) {
        result[result.count - 1] = result[result.count - 1].lowerBound..<segment.range.upperBound
      } else {
        result.append(segment.range)
      }
    }
    return result
  }

  /// Joins each match to the segment after it, unless that is a match too: of neighbouring matches
  /// only the last joins.
  private static func joinedWithNext(_ segments: [SplitSegment]) -> [Range<Int>] {
    var result: [Range<Int>] = []
    for (index, segment) in segments.enumerated() {
      if index > 0, segments[index - 1].isMatch, !segment.isMatch {
        result[result.count - 1] = result[result.count - 1].lowerBound..<segment.range.upperBound
      } else {
        result.append(segment.range)
      }
    }
    return result
  }
}
