internal import Glibc

/// The lattices of all words: which pieces stand where.
///
/// The suffix array tells all places of a piece, so that no word is ever searched for pieces. Later
/// rounds only drop edges, each in its block.
struct WordLattices {
  /// Words that are worked on together. The division depends on the text alone.
  struct Block {
    var words: Range<Int>
    /// Where its edges begin in `edges`.
    var firstEdge: Int
  }

  /// The pieces at each position, position by position, by ascending length.
  private(set) var edges: [PieceEdge]
  /// The number of edges at each position of the text; 0 between words.
  private(set) var edgeCounts: [UInt8]
  private(set) var blocks: [Block] = []
  /// Where each word ends.
  let ends: [Int32]
  /// How often each word occurs.
  let counts: [Int]

  private static let blockSize = 1 << 15

  /// The lattices of the words of `text`, and the pieces in the order of their numbers.
  init(_ text: TrainingText, _ seed: SeedPieces) {
    ends = Array(text.ends[..<text.wordCount])
    counts = text.counts
    let numbering = Numbering(seed)
    edgeCounts = [UInt8](repeating: 0, count: text.distinctEnd)
    edges = []
    countEdges(text, seed, numbering)
    var next = makeBlocks()
    edges = [PieceEdge](repeating: PieceEdge(piece: 0, length: 0), count: next.removeLast())
    fillEdges(text, seed, numbering, &next)
  }

  /// The numbers of the pieces.
  struct Numbering {
    /// The number of each piece of the seed.
    var numbers: [Int32]
    /// The piece of the seed for each character; −1 for none.
    var pieceOfSymbol: [Int32] = []

    init(_ seed: SeedPieces) {
      let pieces = seed.pieces
      let byPlace = pieces.indices.sorted { first, second in
        let (left, right) = (pieces[first], pieces[second])
        return (left.occurrences.lowerBound, left.length, first)
          < (right.occurrences.lowerBound, right.length, second)
      }
      numbers = [Int32](repeating: 0, count: pieces.count)
      for (number, index) in byPlace.enumerated() { numbers[index] = Int32(number) }
      for (index, piece) in pieces.enumerated() where piece.length == 1 {
        while pieceOfSymbol.count <= Int(piece.symbol) { pieceOfSymbol.append(-1) }
        pieceOfSymbol[Int(piece.symbol)] = Int32(index)
      }
    }

    func piece(ofSymbol symbol: Int32) -> Int? {
      guard symbol >= 0, Int(symbol) < pieceOfSymbol.count else { return nil }
      let piece = pieceOfSymbol[Int(symbol)]
      return piece < 0 ? nil : Int(piece)
    }
  }

  private mutating func countEdges(
    _ text: TrainingText, _ seed: SeedPieces, _ numbering: Numbering
  ) {
    for position in 0..<text.distinctEnd
    where numbering.piece(ofSymbol: text.symbols[position]) != nil {
      edgeCounts[position] = 1
    }
    for piece in seed.pieces where piece.length > 1 {
      for place in piece.occurrences {
        let position = Int(seed.order[place])
        if position < text.distinctEnd { edgeCounts[position] += 1 }
      }
    }
  }

  /// Divides the words; returns where the edges of each position begin, and where the last end.
  private mutating func makeBlocks() -> [Int] {
    var starts: [Int] = []
    starts.reserveCapacity(edgeCounts.count + 1)
    var sum = 0
    for count in edgeCounts {
      starts.append(sum)
      sum += Int(count)
    }
    starts.append(sum)
    var first = 0
    while first < ends.count {
      let start = first == 0 ? 0 : Int(ends[first - 1]) + 1
      var end = first + 1
      while end < ends.count, Int(ends[end]) - start < Self.blockSize { end += 1 }
      blocks.append(Block(words: first..<end, firstEdge: starts[start]))
      first = end
    }
    return starts
  }

  private mutating func fillEdges(
    _ text: TrainingText, _ seed: SeedPieces, _ numbering: Numbering, _ next: inout [Int]
  ) {
    for position in 0..<text.distinctEnd {
      guard let index = numbering.piece(ofSymbol: text.symbols[position]) else { continue }
      edges[next[position]] = PieceEdge(piece: Int(numbering.numbers[index]), length: 1)
      next[position] += 1
    }
    var byLength = [[Int32]](repeating: [], count: PieceEdge.maximumLength + 1)
    for (index, piece) in seed.pieces.enumerated() { byLength[piece.length].append(Int32(index)) }
    for index in byLength.dropFirst(2).joined() {
      let piece = seed.pieces[Int(index)]
      let edge = PieceEdge(piece: Int(numbering.numbers[Int(index)]), length: piece.length)
      for place in piece.occurrences {
        let position = Int(seed.order[place])
        guard position < text.distinctEnd else { continue }
        edges[next[position]] = edge
        next[position] += 1
      }
    }
  }

  /// The pieces of the seed as a model: probabilities in proportion to the scores.
  func model(_ text: TrainingText, _ seed: SeedPieces) -> PieceModel {
    let numbers = Numbering(seed).numbers
    let count = seed.pieces.count
    var model = PieceModel(
      scores: [Double](repeating: 0, count: count), ranks: [Int32](repeating: 0, count: count),
      positions: [Int32](repeating: 0, count: count), lengths: [UInt8](repeating: 0, count: count))
    var firstOfSymbol = [Int32](repeating: 0, count: text.alphabetSize)
    for position in (0..<text.distinctEnd).reversed() {
      firstOfSymbol[Int(text.symbols[position])] = Int32(position)
    }
    let sum = seed.pieces.reduce(0.0) { $0 + Double($1.score) }
    for (index, piece) in seed.pieces.enumerated() {
      let number = Int(numbers[index])
      model.scores[number] = log(Double(piece.score) / sum)
      model.ranks[number] = Int32(index)
      model.lengths[number] = UInt8(piece.length)
      model.positions[number] =
        piece.length == 1
        ? firstOfSymbol[Int(piece.symbol)]
        : seed.order[piece.occurrences].min() ?? 0
    }
    return model
  }

  /// The positions of a word.
  func range(ofWord word: Int) -> Range<Int> {
    (word == 0 ? 0 : Int(ends[word - 1]) + 1)..<Int(ends[word])
  }

  /// Drops the edges of pieces whose new number is negative and renumbers the others.
  mutating func renumber(_ numbers: [Int32]) {
    for block in blocks {
      var source = block.firstEdge
      var target = source
      for word in block.words {
        for position in range(ofWord: word) {
          let end = source + Int(edgeCounts[position])
          let start = target
          while source < end {
            let edge = edges[source]
            let number = numbers[edge.piece]
            if number >= 0 {
              edges[target] = PieceEdge(piece: Int(number), length: edge.length)
              target += 1
            }
            source += 1
          }
          edgeCounts[position] = UInt8(target - start)
        }
      }
    }
  }
}
