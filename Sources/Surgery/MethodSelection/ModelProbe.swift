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

  /// What writing and each comparison may cost, in multiplications and additions: a minute or two on two
  /// cores.
  private static let budget = 5e12
  /// The most texts, and the most tokens of each.
  private static let largestCount = 160
  private static let largestLength = 128
  /// How many of the states are kept.
  private static let keptStates = 2048

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

  /// Multiplications and additions for one position with the output matrix.
  private var cost: Double { work + Double(head.rows * head.columns) }

  /// How many positions a comparison of many candidates can run each of them on.
  var comparedPositions: Int { min(4096, Int(Self.budget / (20 * cost))) }

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
  ///
  /// - Parameter caches: what was read before each sequence; none where all begin anew.
  func states(
    of rows: Matrix, lengths: [Int], caches: [KeyValueCache] = []
  ) throws -> Matrix {
    try model.finalStates(ofStoredRows: rows, lengths: lengths, caches: caches)
  }

  /// How many tokens of text can be gone through forth and back.
  ///
  /// - Parameter work: multiplications and additions for each of them beside those of the model.
  func learningPositions(work extra: Double) -> Int { Int(Self.budget / (3 * cost + extra)) }

  /// What sequences of stored input rows cost with other output rows, and the gradient of it.
  func gradient(
    of rows: Matrix, lengths: [Int], targets: [Int], output: Matrix, fitted: Range<Int>
  ) throws -> RowGradient {
    try model.rowGradient(
      ofStoredRows: rows, lengths: lengths, targets: targets, output: output, fitted: fitted)
  }

  /// A cache of a text of which nothing has been read.
  func makeCache() -> KeyValueCache { model.makeCache() }

  /// Text that the model writes: tokens of each text, and some of the states from which they were drawn.
  ///
  /// - Returns: `nil` when the model is too large to write any within the budget.
  func write(
    seed: UInt64, progress: (Double) throws -> Void
  ) throws -> (texts: [[TokenID]], states: Matrix)? {
    let positions = min(Self.largestCount * Self.largestLength, Int(Self.budget / (4 * cost)))
    let length = min(Self.largestLength, model.contextLength, positions / 16)
    guard length >= 16 else { return nil }
    let count = positions / length
    var texts = [[TokenID]](repeating: [], count: count)
    let caches = texts.map { _ in makeCache() }
    let lengths = [Int](repeating: 1, count: count)
    let step = max(positions / Self.keptStates, 1)
    var kept: [[Float]] = []
    for place in 0..<length {
      var rows = Matrix(rows: count, columns: input.columns)
      for (index, text) in texts.enumerated() {
        rows.withMutableRow(index) { row in
          if let token = text.last {
            input.copyRows(Int(token)..<(Int(token) + 1), into: row)
          } else {
            _ = row.update(fromContentsOf: start)
          }
        }
      }
      let states = try states(of: rows, lengths: lengths, caches: caches)
      let seed = seed &+ UInt64(place) &* 0xD1B5_4A32_D192_ED03
      for (index, token) in LogitStream(head).samples(of: states, seed: seed).enumerated() {
        texts[index].append(TokenID(token))
        if (place * count + index) % step == 0 { kept.append(states.row(index)) }
      }
      try progress(Double(place + 1) / Double(length))
    }
    return (texts, Matrix(kept))
  }
}
