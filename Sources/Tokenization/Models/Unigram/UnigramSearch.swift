internal import Normalization

/// The most probable way to cut a text into pieces under a unigram language model (Kudo 2018), found
/// by the Viterbi algorithm.
///
/// The best way to each position of the text ends with the first of the pieces that score highest, in
/// the order of their beginnings. Scores are summed from the left and rounded as `Score` is, which
/// decides which ways are equal.
struct UnigramSearch<Score: BinaryFloatingPoint & BitwiseCopyable & Sendable>: Sendable {
  /// From each piece to its id.
  let trie: ByteTrie
  /// What each piece adds to the score of a way, by its id.
  let scores: ConstantTable<Score>
  /// The id of a character that is no piece; none where there is no such token.
  let unknownID: TokenID?
  /// What such a character adds to the score of a way.
  let unknownScore: Score

  /// How much less probable than the least probable piece an unknown character is.
  static var unknownPenalty: Score { 10 }

  /// What a piece, or an unknown character, adds to the score of a way.
  @inline(__always)
  func score(_ id: TokenID) -> Score { id == unknownID ? unknownScore : scores[Int(id)] }

  /// The greatest magnitude of what anything adds to the score of a way.
  var greatestScore: Score {
    (0..<scores.count).reduce(abs(unknownScore)) { max($0, abs(scores[$1])) }
  }

  /// After how many bytes a part of the text is decided where that is possible.
  private static var windowLength: Int { 2048 }

  /// Calls `body` with each piece of the best way through a text, from left to right.
  ///
  /// A part of the text is decided, and its memory used again, as soon as all ways that may still
  /// be the best share it: what is held is small enough for the nearest cache, however long the text.
  ///
  /// - Parameters:
  ///   - text: well-formed UTF-8.
  ///   - score: the score of what stands before it.
  ///   - windowLength: after how many bytes to look for a part that is decided.
  /// - Complexity: O(length of the text × length of the longest piece).
  @inline(__always)
  func forEachPart(
    of text: UnsafeBufferPointer<UInt8>, from score: Score = 0,
    _ lattice: inout UnigramLattice<Score>,
    windowLength: Int = windowLength, _ body: (PiecePart) -> Void
  ) {
    lattice.begin(score)
    // Where in the text the lattice begins; how far it is searched, and at which position the ways are
    // looked at next: what stays undecided is not looked at again before it has doubled.
    var (base, position, nextLook) = (0, 0, windowLength)
    while true {
      let rest = UnsafeBufferPointer(rebasing: text[base...])
      position = search(
        rest, from: position, to: min(position + windowLength, rest.count), &lattice)
      if position == rest.count { break }
      if position >= nextLook {
        let meeting = lattice.meetingPoint(from: position)
        if meeting > 0 {
          lattice.decide(upTo: meeting, body)
          lattice.drop(meeting)
          base += meeting
          position -= meeting
        }
        nextLook = position + max(windowLength, position)
      }
      if position - lattice.windowStart >= windowLength {
        lattice.settle(before: position, last: text.count - base)
      }
    }
    lattice.end(at: position)
    lattice.decide(upTo: position, body)
  }

  /// Finds the ways that go on from the positions before `limit`.
  ///
  /// - Returns: the first position from which they have not been searched.
  private func search(
    _ text: UnsafeBufferPointer<UInt8>, from position: Int, to limit: Int,
    _ lattice: inout UnigramLattice<Score>
  ) -> Int {
    // A character that is no piece may be longer than any piece.
    lattice.extend(to: min(limit + max(trie.longest, 4), text.count))
    let arrivals = lattice.arrivals.base - lattice.windowStart
    var magnitude = lattice.magnitude
    var start = position
    while start < limit {
      let characterEnd = min(start + UTF8.sequenceLength(lead: text[start]), text.count)
      let here = arrivals[start].score
      magnitude = max(magnitude, abs(here))
      var hasCharacter = false
      trie.forEachMatch(in: text, at: start) { end, id in
        _ = arrivals[end].improve(id, scores[Int(id)] + here, from: start)
        if end == characterEnd { hasCharacter = true }
      }
      if !hasCharacter {
        let isBest = arrivals[characterEnd].improve(
          unknownID ?? .max, unknownScore + here, from: start)
        if isBest, unknownID == nil { lattice.lacksUnknown = true }
      }
      start = characterEnd
    }
    lattice.magnitude = magnitude
    return start
  }
}
