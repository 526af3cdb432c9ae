/// The normalisation of one row of activations.
package struct RowNormalization: Sendable {
  /// What each element is multiplied by.
  package let weight: [Float]
  /// What is then added, and whether the mean is removed before; `nil` for a division by the root mean
  /// square alone (RMSNorm, arXiv:1910.07467).
  package let bias: [Float]?
  /// What is added to the variance.
  package let epsilon: Float

  package init(weight: [Float], bias: [Float]?, epsilon: Float) {
    self.weight = weight
    self.bias = bias
    self.epsilon = epsilon
  }

  /// Normalises `weight.count` elements from `source` into `target`, which may be the same.
  package func apply(_ source: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>) {
    let count = weight.count
    let mean = bias == nil ? 0 : VectorMath.sum(source, count: count) / Float(count)
    if mean != 0 {
      for index in 0..<count { target[index] = source[index] - mean }
    } else if target != source {
      target.update(from: source, count: count)
    }
    let variance = VectorMath.sumOfSquares(target, count: count) / Float(count)
    let scale = 1 / (variance + epsilon).squareRoot()
    weight.withUnsafeBufferPointer { weight in
      for index in 0..<count { target[index] *= scale * weight[index] }
    }
    bias?.withUnsafeBufferPointer { bias in
      for index in 0..<count { target[index] += bias[index] }
    }
  }

  /// Normalises every row of `source` into the same row of `target`.
  package func apply(_ source: RowBuffer, into target: RowBuffer) {
    source.forEachRow { row, elements in apply(elements, into: target[row]) }
  }
}
