internal import Tensors

/// Some targets that are solved together, as directions and lengths.
struct TargetBlock: Sendable {
  /// The norm of each target.
  let norms: [Double]
  private let targets: Matrix

  /// Reads the given rows of `view`.
  ///
  /// - Throws: `PursuitError` with the first row that is not finite.
  init(_ view: MatrixView, rows: ArraySlice<Int>) throws(PursuitError) {
    targets = Matrix(view, rows: Array(rows))
    if let position = targets.view.firstNonFiniteRow {
      throw .nonFiniteTarget(row: rows[rows.startIndex + position])
    }
    norms = targets.view.rowNorms
  }

  var count: Int { targets.rows }

  /// One target with norm 1, in double precision.
  func unit(_ index: Int) -> [Double] {
    let scale = 1 / norms[index]
    return targets.withRow(index) { row in row.map { Double($0) * scale } }
  }

  /// All targets with norm 1, rounded; a target of zeros stays zeros.
  ///
  /// - Parameter count: how many vectors have been rounded that these will be multiplied by.
  func roundedUnits(after count: Int) -> RoundedUnits {
    RoundedUnits(
      targets, inverseNorms: norms.map { $0 > 0 ? Float(1 / $0) : 0 }, after: count)
  }
}
