internal import LanguageModels

/// ZeTT's `ProjectorBlock`: LN(x + gelu(W₂ gelu(W₁ x))), with the approximation of GELU by tanh.
struct ProjectorBlock: Sendable {
  let inner: Affine
  let outer: Affine
  let norm: Normalization

  private static let activation = Activation.geluTanh

  /// What going back needs.
  struct Trace {
    let input: RowBuffer
    /// Before and after the first activation.
    let inner: RowBuffer
    let activated: RowBuffer
    /// Before the second activation.
    let outer: RowBuffer
    /// What is normalised.
    let sum: RowBuffer
  }

  func run(_ input: RowBuffer) -> (output: RowBuffer, trace: Trace) {
    let inner = inner.apply(to: input)
    let activated = RowBuffer(copying: inner)
    activated.apply(Self.activation)
    let outer = outer.apply(to: activated)
    let sum = RowBuffer(copying: outer)
    sum.apply(Self.activation)
    sum.add(input)
    let trace = Trace(
      input: input, inner: inner, activated: activated, outer: outer, sum: sum)
    return (norm.apply(to: sum), trace)
  }

  /// From the gradient by the output to the one by the input.
  func carryBack(
    _ slope: RowBuffer, _ trace: Trace, into gradient: ParameterGradient
  ) -> RowBuffer {
    let result = norm.carryBack(slope, input: trace.sum, into: gradient)
    let outerSlope = RowBuffer(copying: result)
    outerSlope.multiply(bySlopesOf: Self.activation, at: trace.outer)
    let innerSlope = outer.carryBack(outerSlope, input: trace.activated, into: gradient)
    innerSlope.multiply(bySlopesOf: Self.activation, at: trace.inner)
    inner.carryBack(innerSlope, input: trace.input, into: gradient, adding: result)
    return result
  }
}

extension RowBuffer {
  /// Replaces each element by the function of it.
  func apply(_ activation: Activation) {
    forEachRow { [columns] _, elements in activation.apply(to: elements, count: columns) }
  }

  /// Multiplies each element by the derivative of the function at the element of `values` that stands
  /// at its place.
  func multiply(bySlopesOf activation: Activation, at values: RowBuffer) {
    forEachRow { [columns] row, elements in
      activation.carryBack(values[row], elements, count: columns)
    }
  }

  /// Some of the rows, in the given order.
  func gathering(_ rows: [Int]) -> RowBuffer {
    let result = RowBuffer(rows: rows.count, columns: columns)
    result.forEachRow { [self] row, elements in
      elements.update(from: self[rows[row]], count: columns)
    }
    return result
  }

  /// Adds rows to some of the rows, one after another.
  func scatterAdd(_ terms: RowBuffer, to rows: [Int]) {
    for (place, row) in rows.enumerated() {
      let (target, source) = (self[row], terms[place])
      for index in 0..<columns { target[index] += source[index] }
    }
  }
}
