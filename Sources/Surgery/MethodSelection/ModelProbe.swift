internal import LanguageModels
internal import Tensors
internal import Tokenization
internal import TokenizerFiles

/// The base model as the comparison of methods asks it.
///
/// No text is needed: the model writes some itself, from the beginning-of-text token on, each token
/// drawn from the model's distribution by a seeded generator. How much it writes, and how many tokens
/// are held out, follows from the work that a forward pass of the model is.
struct ModelProbe: ProbedModel {
  private let model: LanguageModel
  /// The stored input row of the token that texts begin with.
  let start: [Float]
  private let input: MatrixView
  let head: MatrixView
  /// Multiplications and additions for one position, the output matrix left out.
  private let work: Double

  /// What writing may cost, in multiplications and additions: a minute or two on two cores.
  private static let budget = 5e12
  /// The most texts, and the most tokens of each.
  private static let largestCount = 128
  private static let largestLength = 40

  /// - Returns: `nil` when graft cannot run the architecture, or the model has no token to begin with.
  init?(_ base: ModelDirectory) {
    guard let model = try? LanguageModel(config: base.config, checkpoint: base.checkpoint),
      let id = base.specialTokens.ids[.bos] ?? base.specialTokens.ids[.eos],
      id < base.vocabularyTensors.rows
    else { return nil }
    self.model = model
    input = base.vocabularyTensors.input.matrix
    head = base.vocabularyTensors.outputOrInput.matrix
    start = input.row(Int(id))
    let elements = base.checkpoint.shards.flatMap(\.file.tensors).reduce(0.0) { sum, tensor in
      sum + tensor.shape.reduce(1.0) { $0 * Double($1) }
    }
    work = max(elements - Double(input.rows * input.columns), 1)
  }

  /// How many tokens can be held out for criteria that run the model, of at most `limit`.
  func heldOutCount(limit: Int) -> Int {
    min(limit, Int(Self.budget / (2 * 60 * work)))
  }

  func states(after start: [Float], of rows: Matrix) throws -> Matrix {
    var pairs = Matrix(rows: 2 * rows.rows, columns: rows.columns)
    for row in 0..<rows.rows {
      pairs.withMutableRow(2 * row) { _ = $0.update(fromContentsOf: start) }
      pairs.withMutableRow(2 * row + 1) { target in
        rows.withRow(row) { _ = target.update(fromContentsOf: $0) }
      }
    }
    let lengths = [Int](repeating: 2, count: rows.rows)
    let states = try model.finalStates(ofStoredRows: pairs, lengths: lengths)
    return Matrix(states.view, rows: (0..<rows.rows).map { 2 * $0 + 1 })
  }

  /// The final states of sequences of stored input rows.
  func states(of rows: Matrix, lengths: [Int]) throws -> Matrix {
    try model.finalStates(ofStoredRows: rows, lengths: lengths)
  }

  /// Text that the model writes: tokens of each text, and the states from which they were drawn.
  ///
  /// - Returns: `nil` when the model is too large to write any within the budget.
  func write(
    seed: UInt64, progress: (Double) throws -> Void
  ) throws -> (texts: [[TokenID]], states: Matrix)? {
    // Each token is written by running the texts anew, which is count · length² / 2 positions.
    let positions = Self.budget / (2 * work)
    let length = min(
      Self.largestLength, model.contextLength, Int((2 * positions / 32).squareRoot()))
    guard length >= 8 else { return nil }
    let count = min(Self.largestCount, Int(2 * positions / Double(length * length)))
    var generator = SplitMix64(seed: seed)
    var texts = [[TokenID]](repeating: [], count: count)
    var states = Matrix(rows: 0, columns: input.columns)
    for step in 1...length {
      var rows = Matrix(rows: count * step, columns: input.columns)
      for (index, text) in texts.enumerated() {
        rows.withMutableRow(index * step) { _ = $0.update(fromContentsOf: start) }
        for (offset, token) in text.enumerated() {
          rows.withMutableRow(index * step + 1 + offset) {
            input.copyRows(Int(token)..<(Int(token) + 1), into: $0)
          }
        }
      }
      states = try model.finalStates(
        ofStoredRows: rows, lengths: [Int](repeating: step, count: count))
      let last = Matrix(states.view, rows: (0..<count).map { $0 * step + step - 1 })
      for (index, token) in LogitStream(head).samples(of: last, &generator).enumerated() {
        texts[index].append(TokenID(token))
      }
      try progress(Double(step * step) / Double(length * length))
    }
    return (texts, states)
  }
}
