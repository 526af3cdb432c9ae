internal import COpenBLAS

/// Products of small matrices in double precision, on the calling thread, for solving small systems.
/// A matrix is an array of its rows, `columns` elements each.
extension LinearAlgebra {
  /// The Gram matrix of the rows of `matrix`: its lower triangle with the diagonal; zeros above.
  public static func lowerGram(_ matrix: [Double], columns: Int) -> [Double] {
    let rows = rowCount(matrix, columns)
    var result = [Double](repeating: 0, count: rows * rows)
    guard rows > 0 else { return result }
    cblas_dsyrk(
      CblasRowMajor, CblasLower, CblasNoTrans, blasint(rows), blasint(columns), 1, matrix,
      blasint(columns), 0, &result, blasint(rows))
    return result
  }

  /// `matrix` · `vector`: one element per row.
  public static func product(_ matrix: [Double], columns: Int, _ vector: [Double]) -> [Double] {
    let rows = rowCount(matrix, columns)
    precondition(vector.count == columns)
    var result = [Double](repeating: 0, count: rows)
    guard rows > 0 else { return result }
    cblas_dgemv(
      CblasRowMajor, CblasNoTrans, blasint(rows), blasint(columns), 1, matrix, blasint(columns),
      vector, 1, 0, &result, 1)
    return result
  }

  /// Subtracts `matrix`ᵀ · `weights` from `vector`: the sum of the rows, each times its weight.
  public static func subtractRows(
    of matrix: [Double], columns: Int, times weights: [Double], from vector: inout [Double]
  ) {
    let rows = rowCount(matrix, columns)
    precondition(vector.count == columns && weights.count == rows)
    guard rows > 0 else { return }
    cblas_dgemv(
      CblasRowMajor, CblasTrans, blasint(rows), blasint(columns), -1, matrix, blasint(columns),
      weights, 1, 1, &vector, 1)
  }

  private static func rowCount(_ matrix: [Double], _ columns: Int) -> Int {
    SingleThreadedBLAS.require()
    precondition(columns > 0 && matrix.count % columns == 0)
    return matrix.count / columns
  }
}
