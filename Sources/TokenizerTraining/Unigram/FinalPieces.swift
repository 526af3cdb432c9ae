/// The choice of the pieces that become the vocabulary: `Trainer::FinalizeSentencePieces`.
struct FinalPieces {
  private var scores: [[UInt8]: Float] = [:]
  private let model: PieceModel
  private let text: TrainingText
  private let alphabet: RequiredCharacters

  init(_ model: PieceModel, _ text: TrainingText, _ alphabet: RequiredCharacters) {
    self.model = model
    self.text = text
    self.alphabet = alphabet
    scores.reserveCapacity(model.count)
    for piece in 0..<model.count { scores[spelling(piece)] = Float(model.scores[piece]) }
  }

  /// How much the scores of required characters that were dropped differ.
  private static let step: Float = 0.0001

  /// All required characters and then the best others, at most `count`, by descending scores.
  ///
  /// Required characters that were dropped have about the least score.
  func best(_ count: Int) -> [TrainedUnigram.Piece] {
    var chosen: [[UInt8]: Float] = [:]
    let least = scores.values.min() ?? 0
    var penalty: Float = 0
    let byCount = zip(alphabet.scalars, alphabet.counts)
      .sorted { ($1.1, $0.0.value) < ($0.1, $1.0.value) }
    for (scalar, _) in byCount {
      let character = Array(String(scalar).utf8)
      if let score = scores[character] {
        chosen[character] = score
      } else {
        chosen[character] = least + penalty
        penalty += Self.step
      }
    }
    for piece in Self.sorted(scores) {
      if chosen.count >= count { break }
      if chosen[piece.text] == nil { chosen[piece.text] = piece.score }
    }
    return Self.sorted(chosen)
  }

  private func spelling(_ piece: Int) -> [UInt8] {
    let start = Int(model.positions[piece])
    return text.spelling(start..<(start + Int(model.lengths[piece])))
  }

  private static func sorted(_ scores: [[UInt8]: Float]) -> [TrainedUnigram.Piece] {
    scores.map { TrainedUnigram.Piece(text: $0.key, score: $0.value) }.sorted { first, second in
      first.score != second.score
        ? first.score > second.score : first.text.lexicographicallyPrecedes(second.text)
    }
  }
}
