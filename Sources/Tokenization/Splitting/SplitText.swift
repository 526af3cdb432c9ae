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
    var result: [Range<Int>] = []
    result.reserveCapacity(pieces.count)
    for piece in pieces {
      let found = try matches(text.bytes[piece])
      var segments = Self.segments(of: piece, matches: found)
      if inverted { for index in segments.indices { segments[index].isMatch.toggle() } }
      behavior.apply(to: segments) { range in if !range.isEmpty { result.append(range) } }
    }
    pieces = result
  }

  /// Cuts every piece at the scalars of a class.
  mutating func split(_ behavior: SplitBehavior, where isDelimiter: (Unicode.Scalar) -> Bool) {
    split(behavior) { bytes in
      UTF8Scalars(bytes).filter { isDelimiter($0.scalar) }.map(\.range)
    }
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

  /// A piece's matches and what lies between them, covering the whole piece.
  private static func segments(of piece: Range<Int>, matches: [Range<Int>]) -> [SplitSegment] {
    var segments: [SplitSegment] = []
    segments.reserveCapacity(matches.count * 2 + 1)
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
    return segments
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
