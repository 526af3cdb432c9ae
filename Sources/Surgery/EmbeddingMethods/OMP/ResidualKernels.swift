/// Products of single rows of `Float`, accumulated in `Double`, for the route that keeps residuals.
enum ResidualKernels {
  /// The inner product of two vectors of one length.
  static func dot(
    _ left: UnsafeBufferPointer<Float>, _ right: UnsafeBufferPointer<Float>
  ) -> Double {
    precondition(left.count == right.count)
    var sums = SIMD4<Double>.zero
    let whole = left.count & ~3
    for index in stride(from: 0, to: whole, by: 4) {
      let first = SIMD4<Double>(
        Double(left[index]), Double(left[index + 1]), Double(left[index + 2]),
        Double(left[index + 3]))
      let second = SIMD4<Double>(
        Double(right[index]), Double(right[index + 1]), Double(right[index + 2]),
        Double(right[index + 3]))
      sums += first * second
    }
    var total = sums.sum()
    for index in whole..<left.count { total += Double(left[index]) * Double(right[index]) }
    return total
  }

  /// The inner product of two vectors of one length.
  static func dot(_ left: UnsafeBufferPointer<Float>, _ right: [Double]) -> Double {
    precondition(left.count == right.count)
    var sums = SIMD4<Double>.zero
    let whole = left.count & ~3
    for index in stride(from: 0, to: whole, by: 4) {
      let first = SIMD4<Double>(
        Double(left[index]), Double(left[index + 1]), Double(left[index + 2]),
        Double(left[index + 3]))
      sums +=
        first * SIMD4<Double>(right[index], right[index + 1], right[index + 2], right[index + 3])
    }
    var total = sums.sum()
    for index in whole..<left.count { total += Double(left[index]) * right[index] }
    return total
  }

  /// Subtracts `factor` times `row` from `vector`, of the same length.
  static func subtract(
    _ row: UnsafeBufferPointer<Float>, times factor: Double,
    from vector: UnsafeMutableBufferPointer<Double>
  ) {
    precondition(row.count == vector.count)
    for index in 0..<row.count { vector[index] -= factor * Double(row[index]) }
  }
}
