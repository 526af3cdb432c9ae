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
    let words = Double(lattices.counts.reduce(0, +))
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
        candidates.append((piece, Double(count) / words * loss))
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

/// The best segmentations of words and of parts of words (Viterbi 1967).
struct BestPaths {
  let lattices: WordLattices
  let model: PieceModel
  let unknownScore: Double
  let unknownPiece: Int32

  /// The score of the best way to each position, and the last piece on it with its length.
  private var steps: [(score: Double, piece: Int32, length: Int32)] = []
  /// Where the edges of each position of a word begin.
  private var edgeStarts: [Int] = []

  init(lattices: WordLattices, model: PieceModel, unknownScore: Double, unknownPiece: Int32) {
    self.lattices = lattices
    self.model = model
    self.unknownScore = unknownScore
    self.unknownPiece = unknownPiece
  }

  /// Counts the pieces in the best segmentation of each word of a block.
  mutating func count(_ block: WordLattices.Block, _ counts: inout [Int]) {
    var edge = block.firstEdge
    for word in block.words {
      let range = lattices.range(ofWord: word)
      findEdges(range, &edge)
      findBest(0..<range.count)
      var end = range.count
      while end > 0 {
        counts[Int(steps[end].piece)] += lattices.counts[word]
        end -= Int(steps[end].length)
      }
    }
  }

  /// The cuts of the pieces whose first place is in a block.
  mutating func cuts(
    _ block: WordLattices.Block, _ byPosition: [Int32]
  ) -> [(piece: Int32, cut: Pruning.Cut)] {
    let start = lattices.range(ofWord: block.words.lowerBound).lowerBound
    var next = byPosition.partitioningIndex { Int(model.positions[Int($0)]) >= start }
    var edge = block.firstEdge
    var result: [(piece: Int32, cut: Pruning.Cut)] = []
    for word in block.words {
      let range = lattices.range(ofWord: word)
      findEdges(range, &edge)
      while next < byPosition.count, Int(model.positions[Int(byPosition[next])]) < range.upperBound {
        let piece = byPosition[next]
        let length = Int(model.lengths[Int(piece)])
        let first = Int(model.positions[Int(piece)]) - range.lowerBound
        if length > 1 { result.append((piece, cut(first..<(first + length)))) }
        next += 1
      }
    }
    return result
  }

  private mutating func cut(_ range: Range<Int>) -> Pruning.Cut {
    findBest(range, mayBeWhole: false)
    var parts: [Int32] = []
    var end = range.count
    while end > 0 {
      parts.append(steps[end].piece)
      end -= Int(steps[end].length)
    }
    return Pruning.Cut(parts: parts.reversed(), score: steps[range.count].score)
  }

  private mutating func findEdges(_ range: Range<Int>, _ edge: inout Int) {
    edgeStarts.removeAll(keepingCapacity: true)
    for position in range {
      edgeStarts.append(edge)
      edge += Int(lattices.edgeCounts[position])
    }
    edgeStarts.append(edge)
  }

  /// Finds the best way to each position of a part of the word; of equal ways the one whose last
  /// piece is longest.
  private mutating func findBest(_ range: Range<Int>, mayBeWhole: Bool = true) {
    steps.removeAll(keepingCapacity: true)
    for _ in 0...range.count { steps.append((-.infinity, 0, 0)) }
    steps[0].score = 0
    for index in 0..<range.count {
      let score = steps[index].score
      func offer(_ piece: Int32, _ own: Double, _ length: Int) {
        let end = index + length
        guard score + own > steps[end].score else { return }
        steps[end] = (score + own, piece, Int32(length))
      }
      var edge = edgeStarts[range.lowerBound + index]
      let end = edgeStarts[range.lowerBound + index + 1]
      if edge == end || lattices.edges[edge].length != 1 { offer(unknownPiece, unknownScore, 1) }
      while edge < end {
        let piece = lattices.edges[edge]
        edge += 1
        guard index + piece.length <= range.count else { break }
        guard mayBeWhole || piece.length < range.count else { break }
        offer(Int32(piece.piece), model.scores[piece.piece], piece.length)
      }
    }
  }
}

extension Array {
  /// The first index for whose element `predicate` is true, when it is true for all after it.
  fileprivate func partitioningIndex(_ predicate: (Element) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if predicate(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
