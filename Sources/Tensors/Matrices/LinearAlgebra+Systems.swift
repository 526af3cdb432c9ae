internal import COpenBLAS

/// Linear systems and decompositions by LAPACK, in double precision, on the calling thread.
extension LinearAlgebra {
  /// Solves `matrix` · x = `right` for a symmetric positive definite matrix, by Cholesky
  /// factorisation (LAPACK's `dposv`).
  ///
  /// - Parameters:
  ///   - matrix: `count` × `count` elements.
  ///   - right: `columns` right-hand sides of `count` elements each, one after the other.
  /// - Returns: the solutions in the same arrangement; `nil` when the matrix is not positive definite.
  public static func solvePositiveDefinite(
    _ matrix: [Double], count: Int, _ right: [Double], columns: Int
  ) -> [Double]? {
    precondition(matrix.count == count * count && right.count == count * columns)
    guard count > 0, columns > 0 else { return right }
    SingleThreadedBLAS.require()
    var (matrix, result) = (matrix, right)
    var (order, sides, info) = (blasint(count), blasint(columns), blasint(0))
    // The matrix is symmetric, so it does not matter that LAPACK reads columns first.
    dposv_("U", &order, &sides, &matrix, &order, &result, &order, &info, 1)
    return info == 0 ? result : nil
  }

  /// The orthogonal factor of the polar decomposition: U · Vᵀ where `matrix` = U · Σ · Vᵀ, and the sum
  /// of the singular values (LAPACK's `dgesdd`).
  ///
  /// Of all matrices with orthonormal rows or columns it is the nearest to `matrix` (Schönemann 1966).
  ///
  /// - Parameter matrix: `rows` × `columns` elements, row after row.
  /// - Returns: `nil` when the iteration does not converge.
  public static func orthogonalFactor(
    _ matrix: [Double], rows: Int, columns: Int
  ) -> (factor: [Double], singularValueSum: Double)? {
    precondition(matrix.count == rows * columns)
    let rank = min(rows, columns)
    guard rank > 0 else { return ([], 0) }
    SingleThreadedBLAS.require()
    // What is row after row here is the transposed matrix to LAPACK: Mᵀ = V · Σ · Uᵀ.
    var matrix = matrix
    var values = [Double](repeating: 0, count: rank)
    var left = [Double](repeating: 0, count: columns * rank)
    var right = [Double](repeating: 0, count: rank * rows)
    var (m, n, k) = (blasint(columns), blasint(rows), blasint(rank))
    var integers = [blasint](repeating: 0, count: 8 * rank)
    var info = blasint(0)
    var size = blasint(-1)
    var work = [0.0]
    dgesdd_(
      "S", &m, &n, &matrix, &m, &values, &left, &m, &right, &k, &work, &size, &integers, &info, 1)
    size = blasint(work[0])
    work = [Double](repeating: 0, count: Int(size))
    dgesdd_(
      "S", &m, &n, &matrix, &m, &values, &left, &m, &right, &k, &work, &size, &integers, &info, 1)
    guard info == 0 else { return nil }
    // `right` holds Uᵀ columns first, which is U row after row, `left` Vᵀ row after row.
    var factor = [Double](repeating: 0, count: rows * columns)
    cblas_dgemm(
      CblasRowMajor, CblasNoTrans, CblasNoTrans, n, m, k, 1, right, k, left, m, 0, &factor, m)
    return (factor, values.reduce(0, +))
  }
}
