internal import Hypernetworks
internal import Tensors
internal import Tokenization

/// Rows that a hypernetwork predicts from the base's rows of a token's pieces. No donor model is needed.
///
/// For a fine-tuned model the rows are predicted from those of the model that the hypernetwork was trained
/// for; what fine-tuning has changed about the rows of the pieces, on average, is then added in part.
/// (ZeTT's `apply_to_ft` adds nothing: at a share of 0 the rows are its.)
public struct HypernetworkRows: EmbeddingMethod {
  public init() {}

  public var name: String { "hypernet" }
  public var needsDonor: Bool { false }
  public var needsHypernetwork: Bool { true }

  public func fit(
    to problem: EmbeddingProblem, progress: (_ fraction: Double) throws -> Void
  ) throws -> any FittedMethod {
    guard let hypernetwork = problem.hypernetwork else {
      throw MethodError.needsHypernetwork(name)
    }
    var surfaces: [TokenID: [TokenID]] = [:]
    for target in problem.targets {
      let known = problem.pieces[target]
      guard let text = problem.texts[target] else { continue }
      let pieces = hypernetwork.pieces(of: text, known: known)
      if !pieces.isEmpty { surfaces[target] = pieces }
    }
    let made = try hypernetwork.predict(
      problem.targets.compactMap { surfaces[$0] }, progress: progress)
    return FittedHypernetwork(
      name: name, problem: problem, hypernetwork: hypernetwork, surfaces: surfaces, made: made)
  }
}

private struct FittedHypernetwork: FittedMethod {
  let name: String
  let problem: EmbeddingProblem
  let hypernetwork: HypernetworkSource
  let surfaces: [TokenID: [TokenID]]
  let made: [[TokenID]: PredictedRow]

  func rows(for targets: ArraySlice<TokenID>) -> MadeRows {
    let pieces = targets.map { surfaces[$0] ?? [] }
    // Biases stand in columns of the base behind those that are predicted.
    let average = RowCombination(base: problem.base).rows(mean(pieces))
    let original = RowCombination(base: originalMatrix).rows(mean(pieces))
    var rows = average
    for (place, pieces) in pieces.enumerated() {
      guard let row = made[pieces] else { continue }
      let values = problem.role == .output ? row.output : row.input
      let share = hypernetwork.fineTuningShare ?? 0
      let known = original.row(place)
      rows.withMutableRow(place) { target in
        for (column, value) in values.enumerated() {
          target[column] = value + share * (target[column] - known[column])
        }
        if let bias = row.bias {
          for column in values.count..<target.count { target[column] = bias }
        }
      }
    }
    return MadeRows(
      rows: rows,
      origins: pieces.map { $0.isEmpty ? .mean : .computed(method: name, pieces: $0) })
  }

  /// The matrix that the pieces' rows of this role are read from.
  private var originalMatrix: MatrixView {
    problem.role == .output
      ? hypernetwork.rows.output ?? hypernetwork.rows.input : hypernetwork.rows.input
  }

  /// The plain average of those pieces that the base has rows for.
  private func mean(_ surfaces: [[TokenID]]) -> [(ids: [TokenID], coefficients: [Float])] {
    surfaces.map { pieces in
      let ids = pieces.filter { $0 < problem.base.rows }
      return (ids, [Float](repeating: 1 / Float(max(ids.count, 1)), count: ids.count))
    }
  }
}
