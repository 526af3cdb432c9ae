internal import Glibc
internal import Tensors

/// The cost of tokens under a softmax over output rows, and its gradient by states and rows.
struct OutputGradient {
  /// Tokens × hidden size.
  let output: Matrix
  /// The bound of logits, if there is one.
  let cap: Float?
  /// The output rows that a gradient is wanted by.
  let fitted: Range<Int>

  /// The logits that are in memory at a time.
  private static let largestBlock = 1 << 24

  /// - Parameters:
  ///   - states: final states, n × hidden size.
  ///   - targets: the token after each state.
  ///   - slope: becomes the gradient by the states.
  /// - Returns: the negative log-likelihood of all targets in nats, and the gradient by the fitted rows.
  func differentiate(
    _ states: RowBuffer, targets: [Int], into slope: RowBuffer
  ) -> (nats: Double, rows: Matrix) {
    var slopes = Matrix(rows: fitted.count, columns: output.columns)
    var nats = 0.0
    let blockRows = max(min(512, Self.largestBlock / max(output.rows, 1)), 1)
    for start in stride(from: 0, to: states.rows, by: blockRows) {
      let rows = start..<min(start + blockRows, states.rows)
      let block = states.matrix(rows: rows)
      var logits = LinearAlgebra.product(block, output, transposingRight: true)
      nats += differentiate(&logits, targets: targets[rows])
      let back = LinearAlgebra.product(logits, output)
      slope.copy(back, firstRow: start)
      add(logits, block, to: &slopes)
    }
    return (nats, slopes)
  }

  /// Turns logits into the gradient by them before they are bounded: the probability less 1 at the target.
  ///
  /// - Returns: the negative log-likelihood of the targets.
  private func differentiate(_ logits: inout Matrix, targets: ArraySlice<Int>) -> Double {
    let (rows, columns) = (logits.rows, logits.columns)
    var costs = [Double](repeating: 0, count: rows)
    logits.withMutableElements { elements in
      costs.withUnsafeMutableBufferPointer { costs in
        // Safe: each task writes a row and a cost of its own.
        nonisolated(unsafe) let (elements, costs) = (elements, costs)
        parallelFor(count: rows) { row in
          guard let base = elements.baseAddress else { return }
          costs[row] = differentiate(
            base + row * columns, count: columns, target: targets[targets.startIndex + row])
        }
      }
    }
    return costs.reduce(0, +)
  }

  private func differentiate(
    _ logits: UnsafeMutablePointer<Float>, count: Int, target: Int
  ) -> Double {
    var bounded: [Float] = []
    if let cap {
      VectorMath.cap(logits, count: count, at: cap)
      bounded = Array(UnsafeBufferPointer(start: logits, count: count))
    }
    let chosen = logits[target]
    let largest = VectorMath.maximum(logits, count: count)
    let sum = VectorMath.exponentials(of: logits, count: count, less: largest)
    let scale = 1 / sum
    for index in 0..<count { logits[index] *= scale }
    logits[target] -= 1
    if let cap {
      for index in 0..<count {
        let share = bounded[index] / cap
        logits[index] *= 1 - share * share
      }
    }
    return Double(largest) + log(Double(sum)) - Double(chosen)
  }

  /// Adds the gradient by the fitted rows that some states cause.
  private func add(_ logitSlopes: Matrix, _ states: Matrix, to slopes: inout Matrix) {
    let (width, vocabulary) = (states.columns, logitSlopes.columns)
    slopes.withMutableElements { slopes in
      states.withElements { states in
        logitSlopes.withElements { logits in
          // Safe: each task writes rows of its own.
          nonisolated(unsafe) let (slopes, states, logits) = (slopes, states, logits)
          parallelFor(count: fitted.count, pieceSize: 1024) { tokens in
            guard let slopes = slopes.baseAddress, let states = states.baseAddress,
              let logits = logits.baseAddress
            else { return }
            StridedProduct.multiply(
              rows: tokens.count, columns: width, inner: logitSlopes.rows,
              logits + fitted.lowerBound + tokens.lowerBound, stride: vocabulary,
              transposingLeft: true, states, stride: width, transposingRight: false,
              into: slopes + tokens.lowerBound * width, stride: width, adding: true)
          }
        }
      }
    }
  }
}
