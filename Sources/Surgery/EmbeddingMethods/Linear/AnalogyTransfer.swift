internal import Tensors
internal import Tokenization

/// The mean of the pieces' rows in the base, plus the image of how the donor's row of the token differs
/// from the mean of the same pieces' rows in the donor: the pieces give the place, the donor what makes
/// the token more than its pieces. The image is the linear part of a ridge map.
public struct AnalogyTransfer: EmbeddingMethod {
  public init() {}

  public var name: String { "analogy" }

  public func fit(
    to problem: EmbeddingProblem, progress: (_ fraction: Double) throws -> Void
  ) throws -> any FittedMethod {
    let (source, target) = (try problem.anchorDonorRows(for: name), problem.anchorBaseRows())
    let map = try RidgeMap(from: source, to: target, method: name)
    try progress(1)
    return FittedAnalogy(
      problem: problem, map: map, donorIDs: problem.donorIDs(), sourceMean: source.meanRow(),
      targetMean: target.meanRow())
  }
}

private struct FittedAnalogy: ProblemServing {
  var problem: EmbeddingProblem
  let map: RidgeMap
  let donorIDs: [TokenID: TokenID]
  let sourceMean: [Float]
  let targetMean: [Float]

  func rows(for targets: ArraySlice<TokenID>) -> MadeRows {
    guard let donorMatrix = problem.donor else {
      return MadeRows(rows: Matrix(rows: 0, columns: problem.base.columns), origins: [])
    }
    let donor = problem.donorRows(targets)
    var difference = donor
    var prior = Matrix(rows: targets.count, columns: problem.base.columns)
    var origins: [RowOrigin] = []
    for (index, target) in targets.enumerated() {
      // A piece counts where both models have a row of it.
      let pieces = (problem.pieces[target] ?? []).filter { donorIDs[$0] != nil }
      let counterparts = pieces.compactMap { donorIDs[$0] }
      let here = pieces.isEmpty ? targetMean : Self.mean(pieces, of: problem.base)
      let there = pieces.isEmpty ? sourceMean : Self.mean(counterparts, of: donorMatrix)
      prior.withMutableRow(index) { _ = $0.update(fromContentsOf: here) }
      difference.withMutableRow(index) { row in
        for column in row.indices { row[column] -= there[column] }
      }
      origins.append(
        donor.isZero(row: index) ? .mean : .computed(method: "analogy", pieces: pieces))
    }
    prior.add(map.image(ofDifferences: difference))
    return MadeRows(rows: prior, origins: origins)
  }

  private static func mean(_ ids: [TokenID], of matrix: MatrixView) -> [Float] {
    Matrix(matrix, rows: ids.map(Int.init)).meanRow()
  }
}
