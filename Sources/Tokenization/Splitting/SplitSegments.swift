/// Makes pieces of matches and of what lies between them, as they come from left to right.
struct SplitSegments {
  private let behavior: SplitBehavior
  private let isInverted: Bool
  /// The pieces so far, none of them empty.
  private(set) var pieces: [Range<Int>] = []

  /// The piece that is being cut, and how far it has been.
  private var whole = 0..<0
  private var position = 0
  /// What has been joined so far of the piece, if it may grow.
  private var pending: Range<Int>?
  /// Whether the segment before was a match.
  private var lastIsMatch = false

  /// - Parameter isInverted: whether what lies between the matches counts as a match, and they do not.
  init(_ behavior: SplitBehavior, isInverted: Bool) {
    self.behavior = behavior
    self.isInverted = isInverted
  }

  mutating func reserveCapacity(_ count: Int) { pieces.reserveCapacity(count) }

  /// Begins with a piece.
  mutating func begin(_ piece: Range<Int>) {
    whole = piece
    position = piece.lowerBound
  }

  /// Adds a match of the piece, not before the last one.
  mutating func addMatch(_ match: Range<Int>) {
    if position < match.lowerBound {
      add(position..<match.lowerBound, isMatch: isInverted)
    }
    add(match, isMatch: !isInverted)
    position = match.upperBound
  }

  /// Adds what is left of the piece.
  mutating func end() {
    if position < whole.upperBound { add(position..<whole.upperBound, isMatch: isInverted) }
    flush()
  }

  private mutating func add(_ segment: Range<Int>, isMatch: Bool) {
    switch behavior {
    case .removed: if !isMatch { append(segment) }
    case .isolated: append(segment)
    case .contiguous: join(segment, if: isMatch == lastIsMatch)
    case .mergedWithPrevious: join(segment, if: isMatch && !lastIsMatch)
    // Of neighbouring matches only the last joins.
    case .mergedWithNext: join(segment, if: !isMatch && lastIsMatch)
    }
    lastIsMatch = isMatch
  }

  /// Joins a segment to what stands before it in the piece, or begins anew with it.
  private mutating func join(_ segment: Range<Int>, if joins: Bool) {
    if joins, let before = pending {
      pending = before.lowerBound..<segment.upperBound
    } else {
      flush()
      pending = segment
    }
  }

  private mutating func flush() {
    if let pending { append(pending) }
    pending = nil
  }

  private mutating func append(_ piece: Range<Int>) {
    if !piece.isEmpty { pieces.append(piece) }
  }
}
