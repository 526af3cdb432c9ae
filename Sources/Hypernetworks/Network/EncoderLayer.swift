internal import LanguageModels

/// A layer of RoBERTa: attention and a feed-forward block, each normalised after it is added
/// (arXiv:1907.11692).
struct EncoderLayer: Sendable {
  let query: Affine
  let key: Affine
  let value: Affine
  let attentionOutput: Affine
  let attentionNorm: Normalization
  let inner: Affine
  let outer: Affine
  let outputNorm: Normalization
  let headCount: Int

  /// The value of `layer_norm_eps` in the config of `roberta-base`, as in those of its relatives.
  static let epsilon: Float = 1e-5
  private static let activation = Activation.gelu

  init(_ parameters: Parameters, _ name: String, headCount: Int) {
    query = parameters.affine(name + ".attention.self.query")
    key = parameters.affine(name + ".attention.self.key")
    value = parameters.affine(name + ".attention.self.value")
    attentionOutput = parameters.affine(name + ".attention.output.dense")
    attentionNorm = parameters.normalization(
      name + ".attention.output.LayerNorm", epsilon: Self.epsilon)
    inner = parameters.affine(name + ".intermediate.dense")
    outer = parameters.affine(name + ".output.dense")
    outputNorm = parameters.normalization(name + ".output.LayerNorm", epsilon: Self.epsilon)
    self.headCount = headCount
  }

  /// What going back needs.
  struct Trace {
    let attention: SurfaceAttention
    /// All rows, and those that ask.
    let input: RowBuffer
    let asking: RowBuffer
    /// Which those are, unless they are all.
    let rows: [Int]?
    let query: RowBuffer
    let key: RowBuffer
    let value: RowBuffer
    let weights: RowBuffer
    let attended: RowBuffer
    /// What is normalised after attention, and the result.
    let middleSum: RowBuffer
    let middle: RowBuffer
    /// Before and after the activation.
    let inner: RowBuffer
    let activated: RowBuffer
    /// What is normalised at the end.
    let sum: RowBuffer
  }

  /// - Parameter isLast: whether only the rows that are read are wanted of the output.
  func run(
    _ input: RowBuffer, _ batch: SurfaceBatch, isLast: Bool
  ) -> (output: RowBuffer, trace: Trace) {
    let rows = isLast && batch.readsFirstAlone ? batch.readRows : nil
    let asking = rows.map { input.gathering($0) } ?? input
    let attention = SurfaceAttention(
      headCount: headCount, width: input.columns / headCount, batch: batch,
      asksFirstAlone: rows != nil)
    let (query, key, value) = (
      query.apply(to: asking), key.apply(to: input), value.apply(to: input)
    )
    let (attended, weights) = attention.run(query, key, value)
    let middleSum = attentionOutput.apply(to: attended)
    middleSum.add(asking)
    let middle = attentionNorm.apply(to: middleSum)
    let inner = inner.apply(to: middle)
    let activated = RowBuffer(copying: inner)
    activated.apply(Self.activation)
    let sum = outer.apply(to: activated)
    sum.add(middle)
    let trace = Trace(
      attention: attention, input: input, asking: asking, rows: rows, query: query, key: key,
      value: value, weights: weights, attended: attended, middleSum: middleSum, middle: middle,
      inner: inner, activated: activated, sum: sum)
    return (outputNorm.apply(to: sum), trace)
  }

  /// From the gradient by the output to the one by all rows of the input.
  func carryBack(
    _ slope: RowBuffer, _ trace: Trace, into gradient: ParameterGradient
  ) -> RowBuffer {
    let middleSlope = outputNorm.carryBack(slope, input: trace.sum, into: gradient)
    let innerSlope = outer.carryBack(middleSlope, input: trace.activated, into: gradient)
    innerSlope.multiply(bySlopesOf: Self.activation, at: trace.inner)
    inner.carryBack(innerSlope, input: trace.middle, into: gradient, adding: middleSlope)
    let askingSlope = attentionNorm.carryBack(
      middleSlope, input: trace.middleSum, into: gradient)
    let attendedSlope = attentionOutput.carryBack(
      askingSlope, input: trace.attended, into: gradient)
    let slopes = trace.attention.carryBack(
      attendedSlope, trace.query, trace.key, trace.value, weights: trace.weights)
    query.carryBack(slopes.query, input: trace.asking, into: gradient, adding: askingSlope)
    var result = askingSlope
    if let rows = trace.rows {
      result = RowBuffer(rows: trace.input.rows, columns: trace.input.columns)
      result.scatterAdd(askingSlope, to: rows)
    }
    key.carryBack(slopes.key, input: trace.input, into: gradient, adding: result)
    value.carryBack(slopes.value, input: trace.input, into: gradient, adding: result)
    return result
  }
}
