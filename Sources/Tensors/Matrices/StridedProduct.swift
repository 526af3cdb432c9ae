internal import COpenBLAS

/// Products of parts of matrices on the calling thread, for work that is divided by its caller.
package enum StridedProduct {
  /// Computes `scale` · `left` · `right`, or `left` · `right`ᵀ, and stores or adds it.
  ///
  /// Each operand is given by its first element and its stride, the distance between the beginnings of
  /// consecutive rows as they are stored.
  ///
  /// - Parameters:
  ///   - rows: the rows of `left` and of the result.
  ///   - columns: the columns of the result.
  ///   - inner: the columns of `left`.
  ///   - left: `rows` × `inner` elements.
  ///   - right: `inner` × `columns` elements; `columns` × `inner` when it is transposed.
  ///   - result: `rows` × `columns` elements, which must not overlap the operands.
  ///   - adding: whether the product is added to what `result` holds.
  package static func multiply(
    rows: Int, columns: Int, inner: Int, scale: Float = 1,
    _ left: UnsafePointer<Float>, stride leftStride: Int,
    _ right: UnsafePointer<Float>, stride rightStride: Int, transposingRight: Bool,
    into result: UnsafeMutablePointer<Float>, stride resultStride: Int, adding: Bool = false
  ) {
    SingleThreadedBLAS.require()
    guard rows > 0, columns > 0 else { return }
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, transposingRight ? CblasTrans : CblasNoTrans, blasint(rows),
      blasint(columns), blasint(inner), scale, left, blasint(leftStride), right,
      blasint(rightStride), adding ? 1 : 0, result, blasint(resultStride))
  }
}
