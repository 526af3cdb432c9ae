internal import ByteIO
internal import Glibc

/// Drops the pieces without which the text stays most probable: `Trainer::PruneSentencePieces`.
struct Pruning {
  private let lattices: WordLattices
  private let model: PieceModel
  private let workers: Int

  init(_ lattices: WordLattices, _ model: PieceModel, workers: Int) {
    self.lattices = lattices
    self.model = model
    self.workers = workers
  }

  /// What the best segmentations say of the pieces.
  private struct Survey {
    /// How often each piece stands in the best segmentation of the text.
    var counts: [Int]
    /// What each piece is cut into when it may not stand whole; empty when it cannot be cut.
    var alternatives: [[Int32]]
    /// Whether a piece is more probable cut than whole.
    var isBetterCut: [Bool]
  }

  /// The pieces to keep, at most `size` where that many can be dropped, and their new ranks.
  func keptPieces(size: Int) -> (isKept: [Bool], ranks: [Int32]) {
    let survey = makeSurvey()
    let sum = Double(survey.counts.reduce(0, +))
    var isKept = [Bool](repeating: false, count: model.count)
    var ranks = model.ranks
    var rank: Int32 = 0
    func keep(_ piece: Int) {
      isKept[piece] = true
      ranks[piece] = rank
      rank += 1
    }
    var candidates: [(piece: Int, loss: Double)] = []
    for piece in (0..<model.count).sorted(by: { model.ranks[$0] < model.ranks[$1] }) {
      let count = survey.counts[piece]
      guard count > 0, !survey.isBetterCut[piece] else { continue }
      if survey.alternatives[piece].isEmpty {
        keep(piece)
      } else {
        let loss = loss(of: piece, survey, sum)
        candidates.append((piece, Double(count) / sum * loss))
      }
    }
    candidates.sort { first, second in
      first.loss != second.loss
        ? first.loss > second.loss : model.ranks[first.piece] < model.ranks[second.piece]
    }
    for candidate in candidates {
      if Int(rank) == size { break }
      keep(candidate.piece)
    }
    return (isKept, ranks)
  }

  /// Whether each piece is at least as probable whole as cut into others
  /// (`Trainer::PruneUnreachableSentencePieces`).
  func reachablePieces() -> [Bool] { makeSurvey().isBetterCut.map { !$0 } }

  /// How much less probable an occurrence of a piece becomes when the piece goes and all its
  /// occurrences are cut.
  private func loss(of piece: Int, _ survey: Survey, _ sum: Double) -> Double {
    let count = Double(survey.counts[piece])
    let parts = survey.alternatives[piece]
    let newSum = log(sum + count * Double(parts.count - 1))
    let whole = log(count) - log(sum)
    return whole - parts.reduce(0) { $0 + log(Double(survey.counts[Int($1)]) + count) - newSum }
  }

  private func makeSurvey() -> Survey {
    let byPosition = (0..<model.count).map(Int32.init).sorted {
      (model.positions[Int($0)], $0) < (model.positions[Int($1)], $1)
    }
    let unknownScore = model.unknownScore
    let unknownPiece = Int32(model.first)
    let states = Workers.run(
      tasks: lattices.blocks.count, workers: workers,
      state: {
        (counts: [Int](repeating: 0, count: model.count), cuts: [(piece: Int32, cut: Cut)]())
      },
      { block, state in
        var paths = BestPaths(
          lattices: lattices, model: model, unknownScore: unknownScore, unknownPiece: unknownPiece)
        paths.count(lattices.blocks[block], &state.counts)
        state.cuts += paths.cuts(lattices.blocks[block], byPosition)
      })
    var survey = Survey(
      counts: (0..<model.count).map { piece in states.reduce(0) { $0 + $1.counts[piece] } },
      alternatives: [[Int32]](repeating: [], count: model.count),
      isBetterCut: [Bool](repeating: false, count: model.count))
    for (piece, cut) in states.lazy.flatMap(\.cuts) {
      survey.alternatives[Int(piece)] = cut.parts
      survey.isBetterCut[Int(piece)] = cut.score > model.scores[Int(piece)]
    }
    return survey
  }

  /// The best segmentation of a piece into others.
  struct Cut {
    var parts: [Int32]
    var score: Double
  }
}
