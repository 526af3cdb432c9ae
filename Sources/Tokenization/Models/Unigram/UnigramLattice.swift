/// The ways through the part of a text that a `UnigramSearch` has not decided yet, and what it found
/// on the way there.
///
/// Positions count from where all ways still meet. Scores are kept for the positions of a window, whose
/// ways are not all known yet; of those before it, only how to go back.
struct UnigramLattice<Score: BinaryFloatingPoint & BitwiseCopyable & Sendable>: ~Copyable {
  /// The last pieces of the best ways to the positions before the window.
  private var settled = RawList<UnigramStep>()
  /// The best ways to the positions from the beginning of the window on.
  private(set) var arrivals = RawList<UnigramArrival<Score>>()
  /// The score at the end of the text.
  private(set) var score: Score = 0
  /// By how much every piece of the best way won at least; not more than 0 where that is not known.
  private(set) var leastLead: Score = .infinity
  /// The greatest magnitude of any score.
  var magnitude: Score = 0
  /// Whether an unknown character was on the best way to somewhere, and no token stands for one.
  var lacksUnknown = false

  /// Where the window begins.
  var windowStart: Int { settled.count }
  private var end: Int { settled.count + arrivals.count }

  /// Gives memory back that one very long word needed.
  mutating func shrink() {
    settled.shrink(to: 1 << 16)
    arrivals.shrink(to: 1 << 16)
  }

  // MARK: Steps of a search

  /// Forgets all ways; those of a new text begin with `score`.
  mutating func begin(_ score: Score) {
    lacksUnknown = false
    leastLead = .infinity
    magnitude = abs(score)
    settled.removeAll()
    arrivals.removeAll()
    extend(to: 0)
    arrivals.base[0].score = score
  }

  /// Makes room for ways that end at `last`.
  mutating func extend(to last: Int) {
    let missing = last + 1 - end
    guard missing > 0 else { return }
    arrivals.reserve(missing)
    (arrivals.base + arrivals.count).update(repeating: .init(), count: missing)
    arrivals.count += missing
  }

  /// Begins the window at a position before which nothing arrives any more.
  ///
  /// - Parameter last: the greatest position that may come, for which room is made at once.
  mutating func settle(before position: Int, last: Int) {
    let count = position - windowStart
    settled.reserve(last - windowStart)
    for index in 0..<count { settled.append(arrivals.base[index].step) }
    arrivals.removeFirst(count)
    // How close the settled ways were is forgotten.
    leastLead = 0
  }

  /// The last position at which all ways meet that may still become the best: those to `position` and
  /// those that pass it.
  func meetingPoint(from position: Int) -> Int {
    var meeting = position
    for end in (position + 1)..<max(end, position + 1) where step(to: end).start >= 0 {
      var other = end
      while meeting != other {
        if meeting > other {
          meeting = Int(step(to: meeting).start)
        } else {
          other = Int(step(to: other).start)
        }
      }
    }
    return meeting
  }

  /// Calls `body` with the pieces of the best way to `end`.
  @inline(__always)
  mutating func decide(upTo end: Int, _ body: (PiecePart) -> Void) {
    // On the way back each position is told where the way goes on, in the place of where it comes from.
    var position = end
    var previous = Int(step(to: end).start)
    while position > 0 {
      if position >= windowStart {
        let arrival = arrivals.base[position - windowStart]
        leastLead = min(leastLead, arrival.score - arrival.second)
      }
      let next = position
      position = previous
      previous = Int(step(to: position).start)
      setStart(of: position, to: next)
    }
    while position < end {
      let next = Int(step(to: position).start)
      body(PiecePart(id: step(to: next).id, length: next - position))
      position = next
    }
  }

  /// Makes a position the first one.
  mutating func drop(_ count: Int) {
    let fromSettled = min(count, windowStart)
    settled.removeFirst(fromSettled)
    arrivals.removeFirst(count - fromSettled)
    for position in 0..<end {
      setStart(of: position, to: Int(step(to: position).start) - count)
    }
  }

  /// Takes down the score of the whole text, which ends at `position`.
  mutating func end(at position: Int) {
    score = arrivals.base[position - windowStart].score
    magnitude = max(magnitude, abs(score))
  }

  // MARK: Positions

  private func step(to position: Int) -> UnigramStep {
    position < windowStart
      ? settled.base[position] : arrivals.base[position - windowStart].step
  }

  private mutating func setStart(of position: Int, to start: Int) {
    let start = Int32(truncatingIfNeeded: start)
    if position < windowStart {
      settled.base[position].start = start
    } else {
      arrivals.base[position - windowStart].step.start = start
    }
  }
}

/// The last piece of the best way to a position of a text.
struct UnigramStep: BitwiseCopyable {
  var id: TokenID = 0
  /// The position that it begins at; negative while no way is known.
  var start: Int32 = -1
}

/// The best way that a `UnigramSearch` has found to a position of a text.
struct UnigramArrival<Score: BinaryFloatingPoint & BitwiseCopyable & Sendable>: BitwiseCopyable {
  var score: Score = 0
  /// The score of the second best way.
  var second: Score = -.infinity
  var step = UnigramStep()

  /// - Returns: whether the way is the best one so far.
  @inline(__always)
  mutating func improve(_ id: TokenID, _ score: Score, from start: Int) -> Bool {
    guard step.start < 0 || score > self.score else {
      second = max(second, score)
      return false
    }
    if step.start >= 0 { second = self.score }
    step = UnigramStep(id: id, start: Int32(truncatingIfNeeded: start))
    self.score = score
    return true
  }
}
