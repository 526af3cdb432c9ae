internal import CKernels

/// Products of rows of `Float` in `Double`, for what is computed from the atoms themselves.
enum ResidualKernels {
  /// The inner product of two vectors of one length.
  static func dot(
    _ left: UnsafeBufferPointer<Float>, _ right: UnsafeBufferPointer<Double>
  ) -> Double {
    precondition(left.count == right.count)
    guard let leftStart = left.baseAddress, let rightStart = right.baseAddress else { return 0 }
    return kernels_mixed_dot(leftStart, rightStart, left.count)
  }

  /// Subtracts `factor` times `row` from `vector`, of the same length.
  static func subtract(
    _ row: UnsafeBufferPointer<Float>, times factor: Double,
    from vector: UnsafeMutableBufferPointer<Double>
  ) {
    precondition(row.count == vector.count)
    guard let rowStart = row.baseAddress, let start = vector.baseAddress else { return }
    kernels_mixed_subtract(rowStart, factor, row.count, start)
  }
}
