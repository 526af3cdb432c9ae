internal import LanguageModels
internal import Tensors

/// A linear map with a bias whose parameters can be learnt.
struct Affine: Sendable {
  let map: WeightMatrix
  /// Where the gradients by the parameters stand.
  let weightPlace: Int
  let biasPlace: Int

  /// The image of every row.
  func apply(to input: RowBuffer) -> RowBuffer {
    let result = RowBuffer(rows: input.rows, columns: map.outputs)
    map.apply(to: input, into: result)
    return result
  }

  /// Adds the gradient by the parameters, and carries the one by the images back to the rows.
  ///
  /// - Parameters:
  ///   - slope: by the images.
  ///   - input: the rows.
  ///   - result: gets the gradient by the rows added.
  func carryBack(
    _ slope: RowBuffer, input: RowBuffer, into gradient: ParameterGradient, adding result: RowBuffer
  ) {
    gradient.addProduct(slope, input, at: weightPlace)
    gradient.addColumnSums(slope, at: biasPlace)
    map.applyTransposed(to: slope, into: result, adding: true)
  }

  /// The same where nothing else adds to the gradient by the rows.
  func carryBack(
    _ slope: RowBuffer, input: RowBuffer, into gradient: ParameterGradient
  ) -> RowBuffer {
    let result = RowBuffer(rows: input.rows, columns: input.columns)
    carryBack(slope, input: input, into: gradient, adding: result)
    return result
  }
}

/// A layer normalisation whose parameters can be learnt.
struct Normalization: Sendable {
  let norm: RowNormalization
  let weightPlace: Int
  let biasPlace: Int

  func apply(to input: RowBuffer) -> RowBuffer {
    let result = RowBuffer(rows: input.rows, columns: input.columns)
    norm.apply(input, into: result)
    return result
  }

  /// Adds the gradient by the parameters, and returns the one by the rows that were normalised.
  func carryBack(
    _ slope: RowBuffer, input: RowBuffer, into gradient: ParameterGradient
  ) -> RowBuffer {
    // What the weights multiply: the rows normalised by a norm without weights.
    let plain = RowNormalization(
      weight: [Float](repeating: 1, count: input.columns),
      bias: [Float](repeating: 0, count: input.columns), epsilon: norm.epsilon)
    let factors = RowBuffer(rows: input.rows, columns: input.columns)
    plain.apply(input, into: factors)
    factors.forEachRow { row, elements in
      let slopes = slope[row]
      for index in 0..<slope.columns { elements[index] *= slopes[index] }
    }
    gradient.addColumnSums(factors, at: weightPlace)
    gradient.addColumnSums(slope, at: biasPlace)
    norm.carryBack(input, slope, into: factors, adding: false)
    return factors
  }
}

/// Each dimension by a factor of its own, and a term added. Fixed when training begins.
struct RowScaler: Sendable {
  let factors: [Float]
  let terms: [Float]

  func apply(to rows: RowBuffer) {
    rows.forEachRow { _, elements in
      for index in factors.indices {
        elements[index] = elements[index] * factors[index] + terms[index]
      }
    }
  }

  /// Carries gradients by scaled rows back, in place.
  func carryBack(_ slope: RowBuffer) {
    slope.forEachRow { _, elements in
      for index in factors.indices { elements[index] *= factors[index] }
    }
  }
}
