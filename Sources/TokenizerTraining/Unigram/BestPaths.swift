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
    var next = byPosition.indices.partitioningPoint {
      Int(model.positions[Int(byPosition[$0])]) >= start
    }
    var edge = block.firstEdge
    var result: [(piece: Int32, cut: Pruning.Cut)] = []
    for word in block.words {
      let range = lattices.range(ofWord: word)
      findEdges(range, &edge)
      while next < byPosition.count, Int(model.positions[Int(byPosition[next])]) < range.upperBound
      {
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
