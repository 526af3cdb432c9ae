/// The ways through the part of a text that a `UnigramSearch` has not decided yet, and what it found
/// on the way there.
struct UnigramLattice<Score: BinaryFloatingPoint & BitwiseCopyable & Sendable>: ~Copyable {
  /// By position, from where all ways still meet on.
  private(set) var arrivals = RawList<UnigramArrival<Score>>()
  private var reversedParts = RawList<PiecePart>()
  /// The score at the end of the text.
  private(set) var score: Score = 0
  /// By how much every piece of the best way won at least.
  private(set) var leastLead: Score = .infinity
  /// The greatest magnitude of any score.
  var magnitude: Score = 0
  /// Whether an unknown character was on the best way to somewhere, and no token stands for one.
  var lacksUnknown = false

  /// Gives memory back that one very long word needed.
  mutating func shrink() {
    arrivals.shrink(to: 1 << 16)
    reversedParts.shrink(to: 1 << 16)
  }

  // MARK: Steps of a search

  /// Forgets all ways; those of a new text begin with `score`.
  mutating func begin(_ score: Score) {
    lacksUnknown = false
    leastLead = .infinity
    magnitude = abs(score)
    arrivals.removeAll()
    extend(to: 0)
    arrivals.base[0].score = score
  }

  /// Makes room for ways that end at `last`.
  mutating func extend(to last: Int) {
    let known = arrivals.count
    guard last >= known else { return }
    arrivals.reserve(last + 1 - known)
    (arrivals.base + known).update(repeating: .init(), count: last + 1 - known)
    arrivals.count = last + 1
  }

  /// The last position at which all ways meet that may still become the best: those to `position` and
  /// those that pass it.
  func meetingPoint(from position: Int) -> Int {
    var meeting = position
    for end in (position + 1)..<max(arrivals.count, position + 1)
    where arrivals.base[end].start >= 0 {
      var other = end
      while meeting != other {
        if meeting > other {
          meeting = Int(arrivals.base[meeting].start)
        } else {
          other = Int(arrivals.base[other].start)
        }
      }
    }
    return meeting
  }

  /// Calls `body` with the pieces of the best way to `end`.
  @inline(__always)
  mutating func decide(upTo end: Int, _ body: (PiecePart) -> Void) {
    reversedParts.removeAll()
    var end = end
    while end > 0 {
      let arrival = arrivals.base[end]
      leastLead = min(leastLead, arrival.score - arrival.second)
      reversedParts.append(PiecePart(id: arrival.id, length: end - Int(arrival.start)))
      end = Int(arrival.start)
    }
    for part in reversedParts.elements.reversed() { body(part) }
  }

  /// Makes a position the first one.
  mutating func drop(_ count: Int) {
    let rest = arrivals.count - count
    for index in 0..<rest {
      arrivals.base[index] = arrivals.base[index + count]
      arrivals.base[index].start -= Int32(truncatingIfNeeded: count)
    }
    arrivals.count = rest
  }

  /// Takes down the score of the whole text, which ends at `position`.
  mutating func end(at position: Int) {
    score = arrivals.base[position].score
    magnitude = max(magnitude, abs(score))
  }
}

/// The best way that a `UnigramSearch` has found to a position of a text.
struct UnigramArrival<Score: BinaryFloatingPoint & BitwiseCopyable & Sendable>: BitwiseCopyable {
  var score: Score = 0
  /// The score of the second best way.
  var second: Score = -.infinity
  var id: TokenID = 0
  /// The position its last piece begins at; negative while no way is known.
  var start: Int32 = -1

  /// - Returns: whether the way is the best one so far.
  @inline(__always)
  mutating func improve(_ id: TokenID, _ score: Score, from start: Int) -> Bool {
    guard self.start < 0 || score > self.score else {
      second = max(second, score)
      return false
    }
    if self.start >= 0 { second = self.score }
    self.id = id
    self.score = score
    self.start = Int32(truncatingIfNeeded: start)
    return true
  }
}
