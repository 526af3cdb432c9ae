/// Reductions over rows of `Float` that the compiler does not vectorise by itself, since it must keep
/// the order of floating-point additions. The order here is fixed, so results are the same everywhere.
enum FloatKernels {
  /// The sum of the squares of `values`, accumulated in `Double`.
  static func sumOfSquares(_ values: UnsafeBufferPointer<Float>) -> Double {
    var sums = SIMD4<Double>.zero
    let whole = values.count & ~3
    for index in stride(from: 0, to: whole, by: 4) {
      let lanes = SIMD4<Double>(
        Double(values[index]), Double(values[index + 1]), Double(values[index + 2]),
        Double(values[index + 3]))
      sums += lanes * lanes
    }
    var total = sums.sum()
    for index in whole..<values.count { total += Double(values[index]) * Double(values[index]) }
    return total
  }

  /// Whether no element of `values` is infinite or NaN.
  static func isFinite(_ values: UnsafeBufferPointer<Float>) -> Bool {
    var largest: UInt32 = 0
    for value in values { largest = max(largest, value.bitPattern & 0x7FFF_FFFF) }
    return largest < 0x7F80_0000
  }
}
