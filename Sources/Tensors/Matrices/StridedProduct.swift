internal import COpenBLAS

/// Products of parts of matrices on the calling thread, for work that is divided by its caller.
package enum StridedProduct {
  /// Computes `scale` · `left` · `right`, where each operand may be taken transposed, and stores or adds
  /// it.
  ///
  /// Each operand is given by its first element and its stride, the distance between the beginnings of
  /// consecutive rows as they are stored.
  ///
  /// - Parameters:
  ///   - rows: the rows of `left` and of the result.
  ///   - columns: the columns of the result.
  ///   - inner: the columns of `left`.
  ///   - left: `rows` × `inner` elements; `inner` × `rows` when it is transposed.
  ///   - right: `inner` × `columns` elements; `columns` × `inner` when it is transposed.
  ///   - result: `rows` × `columns` elements, which must not overlap the operands.
  ///   - adding: whether the product is added to what `result` holds.
  package static func multiply(
    rows: Int, columns: Int, inner: Int, scale: Float = 1,
    _ left: UnsafePointer<Float>, stride leftStride: Int, transposingLeft: Bool = false,
    _ right: UnsafePointer<Float>, stride rightStride: Int, transposingRight: Bool,
    into result: UnsafeMutablePointer<Float>, stride resultStride: Int, adding: Bool = false
  ) {
    SingleThreadedBLAS.require()
    guard rows > 0, columns > 0 else { return }
    cblas_sgemm(
      CblasRowMajor, transposingLeft ? CblasTrans : CblasNoTrans,
      transposingRight ? CblasTrans : CblasNoTrans, blasint(rows), blasint(columns),
      blasint(inner), scale, left, blasint(leftStride), right, blasint(rightStride),
      adding ? 1 : 0, result, blasint(resultStride))
  }

  /// The products of each row of `matrix`, `rows` × `columns` elements, with `vector`.
  package static func products(
    _ matrix: UnsafePointer<Float>, rows: Int, columns: Int, with vector: UnsafePointer<Float>
  ) -> [Float] {
    SingleThreadedBLAS.require()
    var result = [Float](repeating: 0, count: rows)
    guard rows > 0, columns > 0 else { return result }
    cblas_sgemv(
      CblasRowMajor, CblasNoTrans, blasint(rows), blasint(columns), 1, matrix, blasint(columns),
      vector, 1, 0, &result, 1)
    return result
  }

  /// Subtracts from `vector` each row of `matrix`, `rows` × `columns` elements, times its weight.
  package static func subtractRows(
    _ matrix: UnsafePointer<Float>, rows: Int, columns: Int, times weights: [Float],
    from vector: inout [Float]
  ) {
    SingleThreadedBLAS.require()
    precondition(weights.count == rows && vector.count == columns)
    guard rows > 0, columns > 0 else { return }
    cblas_sgemv(
      CblasRowMajor, CblasTrans, blasint(rows), blasint(columns), -1, matrix, blasint(columns),
      weights, 1, 1, &vector, 1)
  }
}
