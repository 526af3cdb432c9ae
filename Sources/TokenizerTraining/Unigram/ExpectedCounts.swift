internal import ByteIO
internal import Glibc

/// How often each piece is expected to stand in the text under a model: the E step.
struct ExpectedCounts {
  /// The expected number of occurrences of each piece.
  let counts: [Double]
  /// The logarithm of the probability of all words.
  let logLikelihood: Double

  /// The forward–backward algorithm on the lattices of all words, on several threads.
  ///
  /// Counts are summed as whole numbers of 2⁻ⁿ, n as great as the text allows (27 for ten billion
  /// characters): sums of whole numbers do not depend on their order, so the result is the same bits
  /// on any number of threads.
  init(_ lattices: WordLattices, _ model: PieceModel, workers: Int) {
    let unit = Self.unit(lattices)
    let probabilities = model.scores.map { exp($0) }
    let unknown = (piece: model.first, probability: exp(model.unknownScore))
    let states = Workers.run(
      tasks: lattices.blocks.count, workers: workers,
      state: {
        State(
          counts: [Int64](repeating: 0, count: model.count),
          logLikelihoods: [Double](repeating: 0, count: lattices.blocks.count))
      },
      { block, state in
        var pass = ForwardBackward(
          lattices: lattices, probabilities: probabilities, unknown: unknown, unit: unit)
        state.logLikelihoods[block] = pass.add(lattices.blocks[block], to: &state.counts)
      })
    counts = (0..<model.count).map { piece in
      Double(states.reduce(0) { $0 + $1.counts[piece] }) / unit
    }
    logLikelihood = lattices.blocks.indices.reduce(0) { sum, block in
      states.reduce(sum) { $0 + $1.logLikelihoods[block] }
    }
  }

  private struct State {
    var counts: [Int64]
    /// Of each block; 0 where another worker did it.
    var logLikelihoods: [Double]
  }

  /// The power of two that, times the number of characters, stays below 2⁶¹.
  private static func unit(_ lattices: WordLattices) -> Double {
    var characters = 1
    for word in lattices.counts.indices {
      characters += lattices.counts[word] * lattices.range(ofWord: word).count
    }
    return scalbn(1, Int32(61 - (Int.bitWidth - characters.leadingZeroBitCount)))
  }
}

/// The forward–backward algorithm on the words of a block.
///
/// Probabilities are multiplied as they are, without logarithms: for a word of usual length nothing
/// comes near the least number. On the way through a long one the numbers at hand are multiplied by
/// `Scaling.factor` whenever they become small; `shifts` tells how often that was done before each
/// position.
struct ForwardBackward {
  private enum Scaling {
    static let exponent: Int32 = 128
    static let factor = 0x1p128
    static let threshold = 0x1p-200
    static let logarithm = 128 * M_LN2
  }

  let lattices: WordLattices
  let probabilities: [Double]
  /// The piece that counts the unknown characters, and the probability of one.
  let unknown: (piece: Int, probability: Double)
  /// What the counts are multiplied by.
  let unit: Double

  private var forward: [Double] = []
  private var backward: [Double] = []
  private var shifts: [Int32] = []
  /// The probabilities of the pieces on the edges of the word.
  private var onEdges: [Double] = []

  init(
    lattices: WordLattices, probabilities: [Double], unknown: (piece: Int, probability: Double),
    unit: Double
  ) {
    self.lattices = lattices
    self.probabilities = probabilities
    self.unknown = unknown
    self.unit = unit
  }

  /// Adds the expected counts of the block's pieces; returns the log-likelihood of its words.
  mutating func add(_ block: WordLattices.Block, to counts: inout [Int64]) -> Double {
    var logLikelihood = 0.0
    var firstEdge = block.firstEdge
    counts.withUnsafeMutableBufferPointer { counts in
      for word in block.words {
        let range = lattices.range(ofWord: word)
        let occurrences = Double(lattices.counts[word])
        reserve(range.count)
        let lastEdge = goForward(range, firstEdge)
        let probability = forward[range.count]
        let perShift = Double(shifts[range.count]) * Scaling.logarithm
        logLikelihood += occurrences * (log(probability) - perShift)
        goBackward(range, lastEdge, factor: occurrences * unit / probability, counts)
        firstEdge = lastEdge
      }
    }
    return logLikelihood
  }

  private mutating func reserve(_ count: Int) {
    while forward.count <= count + PieceEdge.maximumLength {
      forward.append(0)
      backward.append(0)
      shifts.append(0)
    }
    for index in 0...count { forward[index] = 0 }
    forward[0] = 1
  }

  /// Sums the probabilities of all ways to each position; returns the end of the word's edges.
  private mutating func goForward(_ range: Range<Int>, _ firstEdge: Int) -> Int {
    var edge = firstEdge
    var shift: Int32 = 0
    onEdges.removeAll(keepingCapacity: true)
    for index in 0..<range.count {
      if forward[index] < Scaling.threshold, scaleUp(index...range.count) { shift += 1 }
      shifts[index] = shift
      let probability = forward[index]
      let end = edge + Int(lattices.edgeCounts[range.lowerBound + index])
      if edge == end || lattices.edges[edge].length != 1 {
        forward[index + 1] += probability * unknown.probability
      }
      while edge < end {
        let piece = lattices.edges[edge]
        let own = probabilities[piece.piece]
        onEdges.append(own)
        forward[index + piece.length] += probability * own
        edge += 1
      }
    }
    shifts[range.count] = shift
    return edge
  }

  /// Multiplies the numbers that are still needed when all of them are small.
  private mutating func scaleUp(_ range: ClosedRange<Int>) -> Bool {
    let window =
      range.lowerBound...min(range.upperBound, range.lowerBound + PieceEdge.maximumLength)
    guard window.allSatisfy({ forward[$0] < Scaling.threshold }) else { return false }
    for index in window { forward[index] *= Scaling.factor }
    return true
  }

  /// Sums the probabilities of all ways from each position to the end, and counts each edge by the
  /// share of the ways that go over it.
  private mutating func goBackward(
    _ range: Range<Int>, _ lastEdge: Int, factor: Double,
    _ counts: UnsafeMutableBufferPointer<Int64>
  ) {
    var edge = lastEdge
    var onEdge = onEdges.count
    backward[range.count] = 1
    for index in (0..<range.count).reversed() {
      let share = forward[index] * factor
      var sum = 0.0
      let count = Int(lattices.edgeCounts[range.lowerBound + index])
      for _ in 0..<count {
        edge -= 1
        onEdge -= 1
        let piece = lattices.edges[edge]
        let end = index + piece.length
        let rest = onEdges[onEdge] * backward[end] * scale(from: index, to: end)
        sum += rest
        counts[piece.piece] += Int64(share * rest)
      }
      if count == 0 || lattices.edges[edge].length != 1 {
        let rest = unknown.probability * backward[index + 1] * scale(from: index, to: index + 1)
        sum += rest
        counts[unknown.piece] += Int64(share * rest)
      }
      backward[index] = sum
    }
  }

  /// What the numbers at hand were multiplied by between two positions.
  private func scale(from start: Int, to end: Int) -> Double {
    let difference = shifts[end] - shifts[start]
    return difference == 0 ? 1 : scalbn(1, min(4, difference) * Scaling.exponent)
  }
}
