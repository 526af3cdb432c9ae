internal import Tensors
internal import Tokenization

/// The base model and the states of its own text, ready to judge rows of either matrix.
struct ProbeStates {
  let model: ModelProbe
  /// What the base wrote, in its own tokens.
  let texts: [[TokenID]]
  /// Some of the states in which it wrote.
  let states: Matrix
  private let normalizers: [Double]
  private let head: MatrixView
  /// How many tokens can be held out for the input matrix.
  let inputCount: Int

  /// - Returns: `nil` when the base cannot be run or is too large to be.
  init?(
    _ base: ModelDirectory, heldOutCount: Int, seed: UInt64, progress: (Double) throws -> Void
  ) throws {
    guard let model = ModelProbe(base), model.heldOutCount(limit: heldOutCount) >= 32,
      let written = try model.write(seed: seed, progress: progress)
    else { return nil }
    self.model = model
    texts = written.texts
    states = written.states
    head = base.vocabularyTensors.outputOrInput.matrix
    normalizers = LogitStream(head).normalizers(of: states)
    inputCount = model.heldOutCount(limit: heldOutCount)
  }

  /// The criterion for a matrix.
  ///
  /// - Parameters:
  ///   - isTied: whether the matrix is the output matrix too.
  ///   - truth: the real rows of the held-out tokens; columns beyond the model's width are biases,
  ///     which the criterion leaves out.
  func criterion(
    _ role: MatrixRole, isTied: Bool, truth: Matrix
  ) throws -> any RowCriterion {
    let truth = truth.firstColumns(states.columns)
    let output = OutputDivergence(states: states, normalizers: normalizers, truth: truth)
    if role == .output { return Trimmed(criterion: output, columns: states.columns) }
    let input = try InputDivergence(
      model: model, start: model.start, realRows: truth, head: head)
    guard isTied else { return Trimmed(criterion: input, columns: states.columns) }
    return Trimmed(
      criterion: TiedDivergence(
        input: input, output: output, frequencies: output.meanProbabilities()),
      columns: states.columns)
  }
}

/// A criterion for rows that have more columns than it looks at.
private struct Trimmed: RowCriterion {
  let criterion: any RowCriterion
  let columns: Int

  var name: String { criterion.name }

  func losses(of rows: Matrix) throws -> [Double] {
    try criterion.losses(of: rows.firstColumns(columns))
  }
}

extension Matrix {
  /// The first columns of all rows.
  func firstColumns(_ count: Int) -> Matrix {
    if count == columns { return self }
    var result = Matrix(rows: rows, columns: count)
    for row in 0..<rows {
      withRow(row) { source in
        result.withMutableRow(row) { target in
          for column in target.indices { target[column] = source[column] }
        }
      }
    }
    return result
  }
}
