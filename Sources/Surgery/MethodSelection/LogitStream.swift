internal import Glibc
internal import LanguageModels
internal import Tensors
internal import Tokenization

/// Sums over the logits of a whole vocabulary, made block by block so that the float copy of an output
/// matrix is never in memory at once.
struct LogitStream: Sendable {
  private let head: MatrixView

  private static let blockRows = 4096

  /// - Parameter head: the output matrix, tokens × dimensions.
  init(_ head: MatrixView) { self.head = head }

  /// States whose logits are in memory at a time.
  private static let blockStates = 512

  /// Calls `body` with the logits of blocks of tokens for blocks of states: states × tokens. The blocks
  /// of one state come in the order of the tokens.
  private func forEachBlock(
    _ states: [Matrix], _ body: (_ firstState: Int, _ firstToken: Int, [Matrix]) -> Void
  ) {
    guard let count = states.first?.rows else { return }
    for start in stride(from: 0, to: head.rows, by: Self.blockRows) {
      let block = Matrix(
        head, rows: Array(start..<min(start + Self.blockRows, head.rows)))
      for first in stride(from: 0, to: count, by: Self.blockStates) {
        let rows = Array(first..<min(first + Self.blockStates, count))
        body(
          first, start,
          states.map {
            LinearAlgebra.product(Matrix($0.view, rows: rows), block, transposingRight: true)
          })
      }
    }
  }

  /// log Σ exp of all logits, for each state; minus infinity for a matrix without rows.
  func normalizers(of states: Matrix) -> [Double] {
    var sums = [RunningSum](repeating: RunningSum(), count: states.rows)
    forEachBlock([states]) { first, _, logits in
      Self.forEachRow(of: logits, from: first, &sums) { sum, rows in
        sum.add(rows[0])
      }
    }
    return sums.map(\.logarithm)
  }

  /// The divergence of the distribution after each of `states` from the one after the same row of
  /// `truth`, in nats.
  func divergences(of states: Matrix, from truth: Matrix) -> [Double] {
    precondition(states.rows == truth.rows)
    var sums = [RunningDivergence](repeating: RunningDivergence(), count: truth.rows)
    forEachBlock([truth, states]) { first, _, logits in
      Self.forEachRow(of: logits, from: first, &sums) { sum, rows in
        sum.add(real: rows[0], made: rows[1])
      }
    }
    return sums.map(\.value)
  }

  /// A token for each state, drawn from its distribution. The draw of a state depends on its place and
  /// the seed alone.
  func samples(of states: Matrix, seed: UInt64) -> [Int] {
    var draws = (0..<states.rows).map { RunningDraw(seed: seed &+ UInt64($0) &* 0x9E37_79B9) }
    forEachBlock([states]) { first, token, logits in
      Self.forEachRow(of: logits, from: first, &draws) { draw, rows in
        draw.add(rows[0], firstToken: token)
      }
    }
    return draws.map(\.token)
  }

  /// Calls `body` for each state of a block on all cores, with what it has gathered so far and its
  /// logits, which `body` may overwrite.
  private static func forEachRow<Sum>(
    of logits: [Matrix], from first: Int, _ sums: inout [Sum],
    _ body: @Sendable (inout Sum, [UnsafeMutableBufferPointer<Float>]) -> Void
  ) {
    guard let shape = logits.first else { return }
    var logits = logits
    var buffers: [UnsafeMutableBufferPointer<Float>] = []
    for index in logits.indices {
      logits[index].withMutableElements { elements in
        let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: elements.count)
        _ = buffer.initialize(from: elements)
        buffers.append(buffer)
      }
    }
    defer { for buffer in buffers { buffer.deallocate() } }
    sums.withUnsafeMutableBufferPointer { sums in
      // Safe: each index reads and writes what belongs to its own state.
      nonisolated(unsafe) let (sums, buffers) = (sums, buffers)
      parallelFor(count: shape.rows) { row in
        body(
          &sums[first + row],
          buffers.map {
            UnsafeMutableBufferPointer(
              rebasing: $0[(row * shape.columns)..<((row + 1) * shape.columns)])
          })
      }
    }
  }
}

/// A sum of exponentials that cannot overflow.
private struct RunningSum {
  private var largest = -Double.infinity
  private var sum = 0.0

  /// Adds the exponentials of `values`, which become the exponentials less their largest.
  ///
  /// - Returns: the largest value, and the factor by which earlier sums have to be multiplied.
  @discardableResult
  mutating func add(
    _ values: UnsafeMutableBufferPointer<Float>
  ) -> (scaleBefore: Double, scaleOfBlock: Double, blockSum: Double) {
    guard let start = values.baseAddress else { return (1, 0, 0) }
    let top = VectorMath.maximum(start, count: values.count)
    let block = Double(VectorMath.exponentials(of: start, count: values.count, less: top))
    let newLargest = max(largest, Double(top))
    let before = largest == -.infinity ? 0 : exp(largest - newLargest)
    let scale = exp(Double(top) - newLargest)
    sum = sum * before + block * scale
    largest = newLargest
    return (before, scale, block)
  }

  var logarithm: Double { largest + log(sum) }
  var total: Double { sum }
}

/// The divergence of one distribution from another, logits block by block.
private struct RunningDivergence {
  private var real = RunningSum()
  private var made = RunningSum()
  private var weighted = 0.0

  mutating func add(
    real logits: UnsafeMutableBufferPointer<Float>, made other: UnsafeMutableBufferPointer<Float>
  ) {
    let differences = zip(logits, other).map { $0 - $1 }
    let scales = real.add(logits)
    var sum = 0.0
    for index in logits.indices { sum += Double(logits[index] * differences[index]) }
    weighted = weighted * scales.scaleBefore + sum * scales.scaleOfBlock
    made.add(other)
  }

  var value: Double { max(weighted / real.total - real.logarithm + made.logarithm, 0) }
}

/// A token drawn from a distribution, logits block by block: the draw stays with the blocks before or
/// moves to the new one, in proportion to their sums.
private struct RunningDraw {
  private var generator: SplitMix64
  private var sum = RunningSum()
  private(set) var token = 0

  init(seed: UInt64) { generator = SplitMix64(seed: seed) }

  private mutating func uniform() -> Double { Double(generator.next() >> 11) * 0x1p-53 }

  mutating func add(_ logits: UnsafeMutableBufferPointer<Float>, firstToken: Int) {
    let scales = sum.add(logits)
    guard uniform() * sum.total < scales.blockSum * scales.scaleOfBlock else { return }
    var rest = uniform() * scales.blockSum
    for index in logits.indices {
      rest -= Double(logits[index])
      if rest < 0 {
        token = firstToken + index
        return
      }
    }
    token = firstToken + max(logits.count - 1, 0)
  }
}
