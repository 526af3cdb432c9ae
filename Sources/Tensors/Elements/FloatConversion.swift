/// Conversion between stored elements (little-endian, at any alignment) and `Float`.
///
/// The loops run over raw memory: this file and `FloatKernels` are where the pointers are.
package enum FloatConversion {
  /// Converts `floats.count` elements of type `type` at the start of `bytes`. F64 is rounded to
  /// nearest even; the other types are exact.
  ///
  /// - Precondition: `type.isReal`, and `bytes` holds at least that many elements.
  package static func read(
    _ bytes: UnsafeRawBufferPointer, as type: ElementType,
    into floats: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(type.isReal && bytes.count >= floats.count * type.bitCount / 8)
    guard let source = bytes.baseAddress, let target = floats.baseAddress else { return }
    switch type {
    case .float32:
      UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: floats.count * 4)
    case .bfloat16:
      for index in 0..<floats.count {
        let bits = source.loadUnaligned(fromByteOffset: index &* 2, as: UInt16.self)
        target[index] = HalfPrecision.float(bfloat16: UInt16(littleEndian: bits))
      }
    case .float16:
      for index in 0..<floats.count {
        let bits = source.loadUnaligned(fromByteOffset: index &* 2, as: UInt16.self)
        target[index] = HalfPrecision.float(float16: UInt16(littleEndian: bits))
      }
    default:
      for index in 0..<floats.count {
        let bits = source.loadUnaligned(fromByteOffset: index &* 8, as: UInt64.self)
        target[index] = Float(Double(bitPattern: UInt64(littleEndian: bits)))
      }
    }
  }

  /// All of `floats` as elements of type `type`, which is real.
  package static func bytes(
    of floats: UnsafeBufferPointer<Float>, as type: ElementType
  ) -> [UInt8] {
    let size = floats.count * type.bitCount / 8
    return [UInt8](unsafeUninitializedCapacity: size) { bytes, count in
      write(floats, as: type, into: UnsafeMutableRawBufferPointer(bytes))
      count = size
    }
  }

  /// Writes all of `floats` as elements of type `type` to the start of `bytes`, rounded to nearest
  /// even where the type is narrower.
  ///
  /// - Precondition: `type.isReal`, and `bytes` has room for that many elements.
  static func write(
    _ floats: UnsafeBufferPointer<Float>, as type: ElementType,
    into bytes: UnsafeMutableRawBufferPointer
  ) {
    precondition(type.isReal && bytes.count >= floats.count * type.bitCount / 8)
    guard let source = floats.baseAddress, let target = bytes.baseAddress else { return }
    switch type {
    case .float32:
      target.copyMemory(from: source, byteCount: floats.count * 4)
    case .bfloat16:
      for index in 0..<floats.count {
        let bits = HalfPrecision.bfloat16(source[index]).littleEndian
        target.storeBytes(of: bits, toByteOffset: index &* 2, as: UInt16.self)
      }
    case .float16:
      for index in 0..<floats.count {
        let bits = HalfPrecision.float16(source[index]).littleEndian
        target.storeBytes(of: bits, toByteOffset: index &* 2, as: UInt16.self)
      }
    default:
      for index in 0..<floats.count {
        let bits = Double(source[index]).bitPattern.littleEndian
        target.storeBytes(of: bits, toByteOffset: index &* 8, as: UInt64.self)
      }
    }
  }
}
