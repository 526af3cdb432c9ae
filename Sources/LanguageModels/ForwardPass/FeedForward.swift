internal import Tensors

/// The feed-forward block of one layer.
struct FeedForward: Sendable {
  let weights: LayerWeights
  let activation: Activation

  /// Computes `down(activation(gate(x)) · up(x))`, or `down(activation(up(x)))`.
  ///
  /// - Parameters:
  ///   - input: n × hidden size.
  ///   - inner: working memory, n × intermediate size.
  ///   - result: n × hidden size; the block's output is added to it if `adding`.
  func apply(_ input: RowBuffer, inner: RowBuffer, into result: RowBuffer, adding: Bool) {
    let up = weights.up
    Tiles(rows: input.rows, columns: up.outputs).runInParallel { rows, columns in
      let target = inner[rows.lowerBound] + columns.lowerBound
      guard let gate = weights.gate else {
        up.multiply(input, rows: rows, outputs: columns, into: target, stride: inner.columns)
        for row in 0..<rows.count {
          activation.apply(to: target + row * inner.columns, count: columns.count)
        }
        return
      }
      let gated = UnsafeMutablePointer<Float>.allocate(capacity: rows.count * columns.count)
      defer { gated.deallocate() }
      gate.multiply(input, rows: rows, outputs: columns, into: gated, stride: columns.count)
      activation.apply(to: gated, count: rows.count * columns.count)
      up.multiply(input, rows: rows, outputs: columns, into: target, stride: inner.columns)
      for row in 0..<rows.count {
        let values = target + row * inner.columns
        let factors = gated + row * columns.count
        for index in 0..<columns.count { values[index] *= factors[index] }
      }
    }
    weights.down.apply(to: inner, into: result, adding: adding)
  }
}
