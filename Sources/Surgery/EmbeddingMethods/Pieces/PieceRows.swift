internal import Tensors
internal import Tokenization

/// Rows made of the base rows of the pieces into which the base's own tokenizer cuts a token. No donor
/// model is needed.
public struct PieceRows: EmbeddingMethod {
  /// How much each piece counts.
  public enum Weights: String, Sendable, CaseIterable {
    /// All the same: fast vocabulary transfer (Gee et al. 2022, "Fast Vocabulary Transfer for Language
    /// Model Compression").
    case mean = "fvt"
    /// Later ones more: weight i of n for the i-th of n pieces.
    case rising = "weighted"
    /// The first alone.
    case first
    /// The last alone: what an input row has to be like, since the model has just read it.
    case last
  }

  public let weights: Weights

  public init(_ weights: Weights) { self.weights = weights }

  public var name: String { weights.rawValue }
  public var needsDonor: Bool { false }

  public func fit(
    to problem: EmbeddingProblem, progress: (_ fraction: Double) throws -> Void
  ) throws -> any FittedMethod {
    try progress(1)
    return FittedPieces(method: self, problem: problem)
  }

  /// One weight per piece; they add up to 1.
  func coefficients(count: Int) -> [Float] {
    switch weights {
    case .mean: return [Float](repeating: 1 / Float(count), count: count)
    case .rising: return (1...count).map { Float(2 * $0) / Float(count * (count + 1)) }
    case .first: return (0..<count).map { $0 == 0 ? 1 : 0 }
    case .last: return (0..<count).map { $0 == count - 1 ? 1 : 0 }
    }
  }
}

private struct FittedPieces: ProblemServing {
  let method: PieceRows
  var problem: EmbeddingProblem

  func rows(for targets: ArraySlice<TokenID>) -> MadeRows {
    let terms = targets.map { target -> (ids: [TokenID], coefficients: [Float]) in
      let pieces = problem.pieces[target] ?? []
      guard !pieces.isEmpty else { return ([], []) }
      let used = zip(pieces, method.coefficients(count: pieces.count)).filter { $0.1 != 0 }
      return (used.map(\.0), used.map(\.1))
    }
    return MadeRows(
      rows: RowCombination(base: problem.base).rows(terms),
      origins: terms.map { ids, coefficients in
        ids.isEmpty
          ? .mean
          : .combination(method: method.name, ids, coefficients: coefficients, residual: nil)
      })
  }
}
