/// The two 16-bit floating-point formats as bit patterns.
///
/// The formulas have no branches and no table, so that a loop over them vectorises on every x86-64
/// and ARM processor; the hardware conversions of `Float16` become a call per element where the
/// compiler may not assume them.
enum HalfPrecision {
  /// The `Float` with the value of a BF16 bit pattern; exact, NaN payloads included.
  @inline(__always)
  static func float(bfloat16 bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }

  /// The BF16 bit pattern nearest to `value`, ties to even. What is too large becomes infinity; a NaN
  /// stays a NaN with the upper bits of its payload, and is made quiet.
  @inline(__always)
  static func bfloat16(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    let rounded = (bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16
    let quiet = bits >> 16 | 0x40
    let isNaN = bits & 0x7FFF_FFFF > 0x7F80_0000
    return UInt16(truncatingIfNeeded: isNaN ? quiet : rounded)
  }

  /// The `Float` with the value of an F16 (IEEE binary16) bit pattern; exact, NaN payloads included.
  @inline(__always)
  static func float(float16 bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let magnitude = UInt32(bits & 0x7FFF) << 13
    // Read as a Float the shifted bits are too small by 2^(127-15); the product corrects normal and
    // subnormal numbers alike, and is exact.
    let scaled = (Float(bitPattern: magnitude) * 0x1p112).bitPattern
    let special: UInt32 = bits & 0x7C00 == 0x7C00 ? 0x7F80_0000 : 0
    return Float(bitPattern: scaled | special | sign)
  }

  /// The F16 bit pattern nearest to `value`, ties to even, subnormals included. What is too large
  /// becomes infinity; a NaN stays a NaN with the upper bits of its payload, and is made quiet.
  @inline(__always)
  static func float16(_ value: Float) -> UInt16 {
    let sign = value.bitPattern & 0x8000_0000
    let magnitude = value.bitPattern ^ sign
    let isOdd = magnitude >> 13 & 1
    // The exponent is rebiased from 127 to 15; a carry out of the mantissa raises it, up to infinity.
    let normal = (magnitude &- (112 << 23) &+ 0xFFF &+ isOdd) >> 13
    // Adding 1/2 lines the mantissa up with F16's subnormal step of 2^-24; the addition rounds.
    let aligned = Float(bitPattern: magnitude) + 0.5
    let subnormal = aligned.bitPattern &- Float(0.5).bitPattern
    let quietNaN = 0x7E00 | (magnitude >> 13 & 0x1FF)
    var result = magnitude < 113 << 23 ? subnormal : normal
    result = magnitude >= 143 << 23 ? 0x7C00 : result
    result = magnitude > 0x7F80_0000 ? quietNaN : result
    return UInt16(truncatingIfNeeded: result | sign >> 16)
  }
}
