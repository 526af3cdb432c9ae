extension RowNormalization {
  /// Carries a gradient by the normalised row back to the row.
  ///
  /// With x̂ the row before weights are applied and g the gradient times the weights, it is
  /// (g − mean(g) − x̂ · mean(g ∘ x̂)) / σ; without the mean of g where none is removed from the row.
  ///
  /// - Parameters:
  ///   - source: the row as it was before.
  ///   - gradient: by the row after.
  ///   - target: gets the result, or has it added; may be `gradient` when nothing is added.
  package func carryBack(
    _ source: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>,
    into target: UnsafeMutablePointer<Float>, adding: Bool
  ) {
    let count = weight.count
    let size = Float(count)
    let mean = bias == nil ? 0 : VectorMath.sum(source, count: count) / size
    weight.withUnsafeBufferPointer { weight in
      var (squares, sum, product): (Float, Float, Float) = (0, 0, 0)
      for index in 0..<count {
        let (centred, weighted) = (source[index] - mean, gradient[index] * weight[index])
        squares += centred * centred
        sum += weighted
        product += weighted * centred
      }
      let scale = 1 / (squares / size + epsilon).squareRoot()
      let shift = bias == nil ? 0 : sum / size
      let slope = product / size * scale * scale
      for index in 0..<count {
        let centred = source[index] - mean
        let value = scale * (gradient[index] * weight[index] - shift - slope * centred)
        target[index] = adding ? target[index] + value : value
      }
    }
  }

  /// The same for every row.
  package func carryBack(
    _ source: RowBuffer, _ gradient: RowBuffer, into target: RowBuffer, adding: Bool
  ) {
    source.forEachRow { row, elements in
      carryBack(elements, gradient[row], into: target[row], adding: adding)
    }
  }
}
