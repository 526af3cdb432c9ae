internal import Tensors

/// Rows rebuilt by Orthogonal Matching Pursuit.
///
/// A token's donor row is written as a weighted sum of the donor rows of few shared tokens; the same
/// sum of their base rows is its row in the base ("Training-Free Tokenizer Transplantation via
/// Orthogonal Matching Pursuit", Goddard & Fernandes Neto, arXiv:2506.06607).
public struct SparseTransplant: EmbeddingMethod {
  public let options: OrthogonalMatchingPursuit.Options

  public init(_ options: OrthogonalMatchingPursuit.Options) { self.options = options }

  public var name: String { "omp" }

  public func recipes(
    for problem: EmbeddingProblem, progress: (_ fraction: Double) throws -> Void
  ) throws -> [RowRecipe] {
    guard !problem.targets.isEmpty else { return [] }
    let atoms = Matrix(problem.donor, rows: problem.anchors.map { Int($0.donor) })
    let pursuit = try OrthogonalMatchingPursuit(
      dictionary: SparseDictionary(atoms), options: options, targetCount: problem.targets.count)
    let codes = try pursuit.solve(problem.donor, rows: problem.targets.map(Int.init)) { done in
      try progress(Double(done) / Double(problem.targets.count))
    }
    return codes.map { code in
      guard !code.atoms.isEmpty else { return .mean }
      return .combination(
        code.atoms.map { problem.anchors[Int($0)].base }, coefficients: code.coefficients,
        residual: code.relativeResidual)
    }
  }
}
