import TestSupport
import Testing

@testable import Tensors

/// Conversions held to slow oracles that spell out what the formats mean.
@Suite struct FloatConversionTests {
  /// The value of a bit pattern with `exponentBits` of exponent, by the definition of IEEE 754.
  private func value(_ bits: UInt16, exponentBits: Int) -> Double {
    let mantissaBits = 15 - exponentBits
    let mantissa = Double(Int(bits) & (1 << mantissaBits - 1))
    let exponent = Int(bits) >> mantissaBits & (1 << exponentBits - 1)
    let bias = 1 << (exponentBits - 1) - 1
    let sign: Double = bits >> 15 == 1 ? -1 : 1
    if exponent == 1 << exponentBits - 1 { return mantissa == 0 ? sign * .infinity : .nan }
    let (scale, one) = exponent == 0 ? (1 - bias, 0.0) : (exponent - bias, 1.0)
    let significand = one + mantissa / Double(1 << mantissaBits)
    return sign * Double(sign: .plus, exponent: scale, significand: significand)
  }

  private func read(_ bits: [UInt16], _ type: ElementType) -> [Float] {
    var floats = [Float](repeating: 0, count: bits.count)
    bits.withUnsafeBytes { bytes in
      floats.withUnsafeMutableBufferPointer { FloatConversion.read(bytes, as: type, into: $0) }
    }
    return floats
  }

  private func write(_ floats: [Float], _ type: ElementType) -> [UInt16] {
    var bits = [UInt16](repeating: 0, count: floats.count)
    bits.withUnsafeMutableBytes { bytes in
      floats.withUnsafeBufferPointer { FloatConversion.write($0, as: type, into: bytes) }
    }
    return bits
  }

  private static let formats = [(ElementType.float16, 5), (.bfloat16, 8)]

  @Test("Every 16-bit pattern reads as its value", arguments: formats)
  func readsEveryPattern(type: ElementType, exponentBits: Int) {
    let floats = read(Array(0 ... .max), type)
    for (bits, float) in zip(UInt16(0) ... .max, floats) {
      let expected = value(bits, exponentBits: exponentBits)
      let isEqual = expected.isNaN ? float.isNaN : Double(float) == expected
      if !isEqual || float.sign != (bits >> 15 == 1 ? .minus : .plus) {
        Issue.record("\(type) \(bits) reads as \(float), not as \(expected)")
      }
    }
  }

  @Test("Every 16-bit pattern survives reading and writing; NaNs become quiet", arguments: formats)
  func roundTrips(type: ElementType, exponentBits: Int) {
    let patterns = Array(UInt16(0) ... .max)
    let written = write(read(patterns, type), type)
    let quietBit = UInt16(1) << (14 - exponentBits)
    for (bits, result) in zip(patterns, written) {
      let isNaN = value(bits, exponentBits: exponentBits).isNaN
      if result != (isNaN ? bits | quietBit : bits) {
        Issue.record("\(type) \(bits) became \(result)")
      }
    }
  }

  @Test("Between two neighbours, writing goes to the nearer and halfway to the even one")
  func roundsToNearestEven() {
    for (type, exponentBits) in Self.formats {
      let largest = UInt16(1 << exponentBits - 1) << (15 - exponentBits) - 1
      var floats: [Float] = []
      var expected: [UInt16] = []
      for bits in stride(from: UInt16(0), to: largest, by: 1) {
        let low = value(bits, exponentBits: exponentBits)
        let high = value(bits + 1, exponentBits: exponentBits)
        let middle = Float((low + high) / 2)
        guard Double(middle) == (low + high) / 2 else { continue }
        floats += [middle.nextDown, middle, middle.nextUp, -middle]
        let even = bits % 2 == 0 ? bits : bits + 1
        expected += [bits, even, bits + 1, even | 0x8000]
      }
      #expect(floats.count > 100_000)
      #expect(write(floats, type) == expected, "\(type)")
    }
  }

  @Test("What is too large becomes infinity, from the halfway point on")
  func overflows() {
    let floats: [Float] = [65519.996, 65520, -65520, 1e30, .infinity, -.infinity]
    #expect(write(floats, .float16) == [0x7BFF, 0x7C00, 0xFC00, 0x7C00, 0x7C00, 0xFC00])
    let edge = Float(bitPattern: 0x7F7F_7FFF)
    let beyond: [Float] = [edge, edge.nextUp, .greatestFiniteMagnitude, -.infinity]
    #expect(write(beyond, .bfloat16) == [0x7F7F, 0x7F80, 0x7F80, 0xFF80])
  }

  @Test("A NaN stays a NaN whatever its payload")
  func keepsNaN() {
    let floats = [0x7F80_0001, 0x7FFF_FFFF, 0xFF80_0001, 0x7FC0_0000].map(Float.init(bitPattern:))
    #expect(write(floats, .float16).allSatisfy { $0 & 0x7FFF > 0x7C00 })
    #expect(write(floats, .bfloat16).allSatisfy { $0 & 0x7FFF > 0x7F80 })
  }

  @Test("Random floats write as the hardware type rounds them")
  func agreesWithFloat16() {
    var generator = SeededGenerator(seed: 5)
    let floats = (0..<200_000).map { _ in
      Float(bitPattern: UInt32(truncatingIfNeeded: generator.next()))
    }
    for (float, bits) in zip(floats, write(floats, .float16)) where !float.isNaN {
      if Float16(float).bitPattern != bits { Issue.record("\(float) became \(bits)") }
    }
  }

  @Test("F64 rounds to the nearest Float, and Float widens exactly")
  func convertsDoubles() {
    let doubles: [Double] = [0.1, -1e300, 1e-46, 1 + 0x1p-24, 5]
    var floats = [Float](repeating: 0, count: doubles.count)
    doubles.withUnsafeBytes { bytes in
      floats.withUnsafeMutableBufferPointer { FloatConversion.read(bytes, as: .float64, into: $0) }
    }
    #expect(floats == doubles.map { Float($0) })
    var back = [Double](repeating: 0, count: floats.count)
    back.withUnsafeMutableBytes { bytes in
      floats.withUnsafeBufferPointer { FloatConversion.write($0, as: .float64, into: bytes) }
    }
    #expect(back == floats.map { Double($0) })
  }

  @Test("Elements may stand at any alignment")
  func readsUnaligned() {
    let bytes: [UInt8] = [9, 0x80, 0x3F, 0x00, 0xC0]
    var floats: [Float] = [0, 0]
    bytes.withUnsafeBytes { bytes in
      floats.withUnsafeMutableBufferPointer {
        FloatConversion.read(UnsafeRawBufferPointer(rebasing: bytes[1...]), as: .bfloat16, into: $0)
      }
    }
    #expect(floats == [1, -2])
  }
}
