package import Tensors

/// What texts cost a model, and how the cost changes with its input and output rows.
package struct RowGradient: Sendable {
  /// The negative log-likelihood of all targets, in nats.
  package let nats: Double
  /// The gradient by the input row at each place, as rows are stored; one per row that was read.
  package let inputs: Matrix
  /// The gradient by each of the fitted output rows.
  package let outputs: Matrix
}

extension LanguageModel {
  /// The cost of texts with other input and output rows than the model has, and its gradient by them.
  /// All other weights are constants.
  ///
  /// - Parameters:
  ///   - rows: input rows as they are stored, those of the first sequence, then those of the second, and
  ///     so on × `hiddenSize`.
  ///   - lengths: the number of rows of each sequence, none of them 0.
  ///   - targets: the output row that should follow each input row.
  ///   - output: output rows × `hiddenSize`; the model's own are not used.
  ///   - fitted: the output rows that the gradient is wanted by.
  /// - Throws: `LanguageModelError` when a width is wrong, there are no rows, or something is not finite.
  package func rowGradient(
    ofStoredRows rows: Matrix, lengths: [Int], targets: [Int], output: Matrix, fitted: Range<Int>
  ) throws(LanguageModelError) -> RowGradient {
    for width in [rows.columns, output.columns] where width != hiddenSize {
      throw LanguageModelError(directory, .wrongWidth(width: width, expected: hiddenSize))
    }
    precondition(lengths.reduce(0, +) == rows.rows && targets.count == rows.rows)
    let buffer = RowBuffer(rows)
    buffer.scale(by: config.embeddingScale)
    let extents = SequenceExtent.consecutive(lengths)
    try requireRunnable(extents)
    try addPositions(to: buffer, extents)
    let gradient = DecoderGradient(config, weights, hidden: buffer, sequences: extents)
    let head = OutputGradient(output: output, cap: config.logitCap, fitted: fitted)
    let slope = RowBuffer(rows: buffer.rows, columns: hiddenSize)
    let (nats, outputs) = head.differentiate(buffer, targets: targets, into: slope)
    gradient.carryBack(slope)
    slope.scale(by: config.embeddingScale)
    let inputs = slope.matrix(rows: 0..<slope.rows)
    try requireFinite(nats.isFinite && inputs.view.firstNonFiniteRow == nil)
    return RowGradient(nats: nats, inputs: inputs, outputs: outputs)
  }

  /// The rows for which going forth and back stays within a number of bytes.
  package func gradientRowLimit(memoryBudget: Int) -> Int {
    max(memoryBudget / (DecoderGradient.floatsPerRow(config) * MemoryLayout<Float>.stride), 1)
  }
}
