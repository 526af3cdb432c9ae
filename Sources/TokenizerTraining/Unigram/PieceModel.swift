/// The pieces of a unigram language model while it is trained.
///
/// A piece is a number here; numbers follow the places of the pieces in the suffix array, so that
/// pieces that stand at one position are near each other in memory.
struct PieceModel {
  /// The log-probability of each piece.
  var scores: [Double]
  /// The place of each piece in the order of SentencePiece's list, which decides between equals.
  var ranks: [Int32]
  /// The first position at which each piece stands in the text.
  var positions: [Int32]
  /// The length of each piece in characters.
  var lengths: [UInt8]

  var count: Int { scores.count }

  /// How much worse than the worst piece an unknown character is.
  static let unknownPenalty = 10.0

  /// The log-probability of an unknown character.
  var unknownScore: Double { (scores.min() ?? 0) - Self.unknownPenalty }

  /// The piece that SentencePiece lists first.
  ///
  /// It takes along the occurrences of unknown characters: there their id is 0 while training.
  var first: Int { ranks.indices.min { ranks[$0] < ranks[$1] } ?? 0 }

  /// Leaves only the pieces for which `isKept` is true; returns their new numbers, −1 for the rest.
  mutating func keep(_ isKept: [Bool]) -> [Int32] {
    var next = 0
    var numbers = [Int32](repeating: -1, count: count)
    for piece in isKept.indices where isKept[piece] {
      numbers[piece] = Int32(next)
      scores[next] = scores[piece]
      ranks[next] = ranks[piece]
      positions[next] = positions[piece]
      lengths[next] = lengths[piece]
      next += 1
    }
    scores.removeSubrange(next...)
    ranks.removeSubrange(next...)
    positions.removeSubrange(next...)
    lengths.removeSubrange(next...)
    return numbers
  }
}
