/// Elementary functions and sums over runs of floats.
///
/// The functions have no branches and no tables, so that loops over them vectorise on every processor;
/// the C library's are calls, one per element. The order of additions is fixed, so that results are the
/// same everywhere.
package enum VectorMath {
  package typealias Floats = UnsafeMutablePointer<Float>
  private typealias Lanes = SIMD8<Float>

  // MARK: Functions

  /// e to the `x`, to about 2 units in the last place; at least 1e-38. A NaN stays one.
  ///
  /// The argument is cut into a whole power of 2 and a rest within ± ln 2 / 2, whose exponential is a
  /// polynomial (Cephes, `expf`).
  @inline(__always)
  static func exponential(_ x: Float) -> Float {
    let low: Float = -87
    let high: Float = 88
    var argument = x < low ? low : x
    argument = argument > high ? high : argument
    // Adding 1.5 · 2^23 rounds to a whole number, which then stands in the low bits.
    let shifted = argument * 1.442_695_04 + 12_582_912
    let whole = shifted - 12_582_912
    let rest = (argument - whole * 0.693_359_375) + whole * 2.121_944_4e-4
    var sum: Float = 1.987_569_15e-4
    sum = sum * rest + 1.398_199_95e-3
    sum = sum * rest + 8.333_451_9e-3
    sum = sum * rest + 4.166_579_6e-2
    sum = sum * rest + 1.666_666_55e-1
    sum = sum * rest + 5.000_000_1e-1
    let fraction = sum * rest * rest + rest + 1
    let power = Float(bitPattern: (shifted.bitPattern &- 0x4B40_0000 &+ 127) << 23)
    return fraction * power
  }

  /// 1 / (1 + e^-x)
  @inline(__always)
  static func logistic(_ x: Float) -> Float { 1 / (1 + exponential(-x)) }

  /// The hyperbolic tangent, to about 1e-7.
  @inline(__always)
  static func hyperbolicTangent(_ x: Float) -> Float { 1 - 2 / (1 + exponential(2 * x)) }

  /// The error function, to about 2e-7 (Abramowitz & Stegun 7.1.26).
  @inline(__always)
  static func errorFunction(_ x: Float) -> Float {
    let size = x.magnitude
    let t = 1 / (1 + 0.327_591_1 * size)
    var sum: Float = 1.061_405_43
    sum = sum * t - 1.453_152_03
    sum = sum * t + 1.421_413_74
    sum = sum * t - 0.284_496_736
    sum = sum * t + 0.254_829_592
    let result = 1 - sum * t * exponential(-size * size)
    return Float(signOf: x, magnitudeOf: result)
  }

  // MARK: Runs

  /// Replaces each element by its exponential after `offset` is subtracted, and returns their sum.
  package static func exponentials(of values: Floats, count: Int, less offset: Float) -> Float {
    for index in 0..<count { values[index] = exponential(values[index] - offset) }
    return sum(values, count: count)
  }

  /// Bounds each element: cap · tanh(x / cap).
  static func cap(_ values: Floats, count: Int, at cap: Float) {
    for index in 0..<count { values[index] = cap * hyperbolicTangent(values[index] / cap) }
  }

  static func sum(_ values: UnsafePointer<Float>, count: Int) -> Float {
    reduce(values, count: count, { $0 += $1 }, { $0 += $1 })
  }

  static func sumOfSquares(_ values: UnsafePointer<Float>, count: Int) -> Float {
    reduce(values, count: count, { $0 += $1 * $1 }, { $0 += $1 * $1 })
  }

  @inline(__always)
  private static func reduce(
    _ values: UnsafePointer<Float>, count: Int, _ add: (inout Lanes, Lanes) -> Void,
    _ addOne: (inout Float, Float) -> Void
  ) -> Float {
    var lanes = Lanes.zero
    let whole = count & ~7
    let raw = UnsafeRawPointer(values)
    for index in stride(from: 0, to: whole, by: 8) {
      add(&lanes, raw.loadUnaligned(fromByteOffset: index &* 4, as: Lanes.self))
    }
    var total = lanes.sum()
    for index in whole..<count { addOne(&total, values[index]) }
    return total
  }

  /// The largest element; a NaN is passed over.
  package static func maximum(_ values: UnsafePointer<Float>, count: Int) -> Float {
    var lanes = Lanes(repeating: -.infinity)
    let whole = count & ~7
    let raw = UnsafeRawPointer(values)
    for index in stride(from: 0, to: whole, by: 8) {
      let next = raw.loadUnaligned(fromByteOffset: index &* 4, as: Lanes.self)
      lanes.replace(with: next, where: next .> lanes)
    }
    var largest = lanes.max()
    for index in whole..<count { largest = values[index] > largest ? values[index] : largest }
    return largest
  }
}
