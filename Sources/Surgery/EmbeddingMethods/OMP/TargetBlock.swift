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
    // Divided before they are rounded, since the squares of a target may leave the range of `Float`.
    var units = Matrix(rows: targets.rows, columns: targets.columns)
    for index in 0..<self.count where norms[index] > 0 {
      let unit = unit(index)
      units.withMutableRow(index) { row in
        for column in row.indices { row[column] = Float(unit[column]) }
      }
    }
    return RoundedUnits(units, inverseNorms: norms.map { $0 > 0 ? 1 : 0 }, after: count)
  }
}
