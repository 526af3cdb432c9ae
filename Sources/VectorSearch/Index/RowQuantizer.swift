/// Vectors as small integers: a quarter of the memory of floats, and products that are the same on every
/// processor.
///
/// A graph is walked by these; what it finds is compared by the rows themselves.
struct RowQuantizer: Sendable {
  /// The number of elements of a vector.
  let columns: Int
  /// The number of its codes: zeros fill up the vectors that processors work with.
  let codeCount: Int

  private static let multiple = 32
  private static let largestCode: Float = 127
  /// The most elements whose products with bytes stay within 32 bits when the other operand is a byte too.
  static let mostColumns = Int(Int32.max) / (127 * 127) / multiple * multiple

  init(columns: Int) {
    self.columns = columns
    codeCount = max(columns + Self.multiple - 1, 1) / Self.multiple * Self.multiple
  }

  /// A row that has been quantised.
  struct Scales {
    /// What a code is multiplied by to give an element of the row.
    var scale: Float = 0
    /// What a code is multiplied by to give an element of a row of norm 1.
    var unitScale: Float = 0
  }

  /// Quantises a row.
  ///
  /// - Parameter codes: room for `codeCount` codes.
  /// - Returns: zeros for a row of zeros; `nil` for a row with a number that is not finite.
  func quantize(
    _ row: UnsafeBufferPointer<Float>, into codes: UnsafeMutableBufferPointer<Int8>
  ) -> Scales? {
    codes.update(repeating: 0)
    guard let (largest, scale) = step(row, Self.largestCode) else { return nil }
    guard scale > 0 else { return Scales() }
    let factor = Self.largestCode / largest
    var sum: Int32 = 0
    for index in 0..<columns {
      let code = Self.rounded(row[index] * factor)
      codes[index] = Int8(truncatingIfNeeded: code)
      sum &+= code &* code
    }
    return Scales(scale: scale, unitScale: 1 / Float(sum).squareRoot())
  }

  /// A query with finer steps than rows have: a few of its elements are often much larger than the others.
  ///
  /// - Parameter query: finite numbers.
  func quantize(query: [Float]) -> (codes: [Int16], scale: Float) {
    let largestCode = min(32767, Float(Int(Int32.max) / (127 * codeCount)))
    var codes = [Int16](repeating: 0, count: codeCount)
    let found = query.withUnsafeBufferPointer { step($0, largestCode) }
    guard let (largest, scale) = found, scale > 0 else { return (codes, 0) }
    let factor = largestCode / largest
    for index in 0..<columns {
      codes[index] = Int16(truncatingIfNeeded: Self.rounded(query[index] * factor))
    }
    return (codes, scale)
  }

  /// The largest magnitude, and the step between two codes; 0 where that is too small to be a number.
  private func step(
    _ vector: UnsafeBufferPointer<Float>, _ largestCode: Float
  ) -> (largest: Float, scale: Float)? {
    var largest: UInt32 = 0
    for value in vector { largest = max(largest, value.bitPattern & 0x7FFF_FFFF) }
    let magnitude = Float(bitPattern: largest)
    guard magnitude.isFinite else { return nil }
    let scale = magnitude / largestCode
    return (magnitude, scale >= .leastNormalMagnitude ? scale : 0)
  }

  /// The nearest integer of a number of less than 2²².
  @inline(__always)
  private static func rounded(_ value: Float) -> Int32 {
    // Adding and taking off 1.5 · 2^23 leaves the nearest integer.
    let magic: Float = 12_582_912
    return Int32((value + magic) - magic)
  }
}
