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
  /// - Parameter forEachMatch: for a piece, hands on the places that the pattern matches, from left to
  ///   right.
  mutating func split<Failure: Error>(
    _ behavior: SplitBehavior, inverted: Bool = false,
    at forEachMatch: (ArraySlice<UInt8>, (Range<Int>) -> Void) throws(Failure) -> Void
  ) throws(Failure) {
    pieces = try cut(behavior, inverted) { (piece, segments) throws(Failure) in
      try forEachMatch(text.bytes[piece]) { segments.addMatch($0) }
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
    (text, pieces) = AlignedText.joined(
      pieces.count, originalStart: text.originalStart, keepsOrigins: text.keepsOrigins,
      capacity: text.bytes.count
    ) { index in
      var part = text.part(pieces[index])
      change(&part)
      return part
    }
  }

  /// Spells every byte as its character of the byte alphabet.
  mutating func spellBytes() {
    let old = text.bytes
    text.spellBytes()
    // The place in the old text up to which lengths have been counted, and that in the new one.
    var (position, spelled) = (0, 0)
    func place(of end: Int) -> Int {
      while position < end {
        spelled += UTF8.width(ByteAlphabet.scalar(for: old[position]))
        position += 1
      }
      return spelled
    }
    for index in pieces.indices {
      pieces[index] = place(of: pieces[index].lowerBound)..<place(of: pieces[index].upperBound)
    }
  }
}
