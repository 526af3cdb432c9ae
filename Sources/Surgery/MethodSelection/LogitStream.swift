internal import Glibc
internal import Tensors
internal import Tokenization

/// Sums over the logits of a whole vocabulary, made block by block so that the float copy of an output
/// matrix is never in memory at once.
struct LogitStream: Sendable {
  private let head: MatrixView

  private static let blockRows = 4096

  /// - Parameter head: the output matrix, tokens × dimensions.
  init(_ head: MatrixView) { self.head = head }

  /// Calls `body` with the logits of a block of tokens for all states: states × tokens.
  private func forEachBlock(_ states: Matrix, _ body: (_ first: Int, Matrix) -> Void) {
    for start in stride(from: 0, to: head.rows, by: Self.blockRows) {
      let rows = Array(start..<min(start + Self.blockRows, head.rows))
      let block = Matrix(head, rows: rows)
      body(start, LinearAlgebra.product(states, block, transposingRight: true))
    }
  }

  /// log Σ exp of all logits, for each state; minus infinity for a matrix without rows.
  func normalizers(of states: Matrix) -> [Double] {
    var sums = [Double](repeating: -.infinity, count: states.rows)
    forEachBlock(states) { _, logits in
      sums.withUnsafeMutableBufferPointer { sums in
        // Safe: each piece writes elements of its own.
        nonisolated(unsafe) let sums = sums
        parallelFor(count: logits.rows, pieceSize: 64) { piece in
          for row in piece {
            let own = logits.withRow(row) { Self.logSum($0) }
            let largest = max(sums[row], own)
            sums[row] = largest + log(exp(sums[row] - largest) + exp(own - largest))
          }
        }
      }
    }
    return sums
  }

  private static func logSum(_ logits: UnsafeBufferPointer<Float>) -> Double {
    var largest = -Float.infinity
    for value in logits where value > largest { largest = value }
    var sum = 0.0
    for value in logits { sum += Double(exp(value - largest)) }
    return Double(largest) + log(sum)
  }

  /// The divergence of the distribution after each of `states` from the one after the same row of
  /// `truth`, in nats.
  func divergences(of states: Matrix, from truth: Matrix) -> [Double] {
    var real = [RunningSum](repeating: RunningSum(), count: truth.rows)
    var made = real
    var blocks: [Matrix] = []
    forEachBlock(truth) { _, logits in blocks.append(logits) }
    var index = 0
    forEachBlock(states) { _, logits in
      for row in 0..<logits.rows {
        blocks[index].withRow(row) { wanted in
          logits.withRow(row) { found in
            for column in wanted.indices {
              let (p, q) = (Double(wanted[column]), Double(found[column]))
              real[row].add(p, weighting: p - q)
              made[row].add(q)
            }
          }
        }
      }
      index += 1
    }
    return (0..<truth.rows).map { row in
      max(real[row].weightedMean - real[row].logarithm + made[row].logarithm, 0)
    }
  }

  /// A token for each state, drawn from its distribution: the largest logit plus Gumbel noise.
  func samples(of states: Matrix, _ generator: inout SplitMix64) -> [Int] {
    var best = [(value: Double, token: Int)](repeating: (-.infinity, 0), count: states.rows)
    forEachBlock(states) { first, logits in
      for row in 0..<logits.rows {
        logits.withRow(row) { values in
          for (column, value) in values.enumerated() {
            let uniform = (Double(generator.next() >> 11) + 0.5) * 0x1p-53
            let noisy = Double(value) - log(-log(uniform))
            if noisy > best[row].value { best[row] = (noisy, first + column) }
          }
        }
      }
    }
    return best.map(\.token)
  }
}

/// A sum of exponentials that cannot overflow.
private struct RunningSum {
  private var largest = -Double.infinity
  private var sum = 0.0
  private var weighted = 0.0

  mutating func add(_ value: Double, weighting weight: Double = 0) {
    if value > largest {
      let scale = exp(largest - value)
      sum *= scale
      weighted *= scale
      largest = value
    }
    let term = exp(value - largest)
    sum += term
    weighted += term * weight
  }

  var logarithm: Double { largest + log(sum) }
  var weightedMean: Double { weighted / sum }
}
