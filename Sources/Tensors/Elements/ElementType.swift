/// The type of a tensor's elements, named as in a safetensors header.
///
/// Every type that the safetensors library knows is recognised, so that a tensor of any kind can be
/// copied. Numbers are read and written only for the four types of `isReal`.
public enum ElementType: String, Sendable, CaseIterable {
  case bool = "BOOL"
  case float4 = "F4"
  case float6e2m3 = "F6_E2M3"
  case float6e3m2 = "F6_E3M2"
  case uint8 = "U8"
  case int8 = "I8"
  case float8e5m2 = "F8_E5M2"
  case float8e4m3 = "F8_E4M3"
  case float8e8m0 = "F8_E8M0"
  case int16 = "I16"
  case uint16 = "U16"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case int32 = "I32"
  case uint32 = "U32"
  case float32 = "F32"
  case complex64 = "C64"
  case float64 = "F64"
  case int64 = "I64"
  case uint64 = "U64"

  /// The size of one element in bits. Elements of 4 and 6 bits are packed.
  public var bitCount: Int {
    switch self {
    case .float4: 4
    case .float6e2m3, .float6e3m2: 6
    case .bool, .uint8, .int8, .float8e5m2, .float8e4m3, .float8e8m0: 8
    case .int16, .uint16, .float16, .bfloat16: 16
    case .int32, .uint32, .float32: 32
    case .complex64, .float64, .int64, .uint64: 64
    }
  }

  /// Whether elements convert to and from `Float`: F16, BF16, F32 and F64.
  public var isReal: Bool {
    switch self {
    case .float16, .bfloat16, .float32, .float64: true
    default: false
    }
  }

  /// The size in bytes of the smallest unit that elements of this type should be aligned to; 1 for
  /// the packed types.
  var alignment: Int { max(bitCount / 8, 1) }

  /// The size in bytes of a tensor of this type and `shape`.
  ///
  /// Returns `nil` when the number of elements or bits does not fit 64 bits, or when packed elements
  /// do not fill whole bytes.
  func byteCount(shape: [Int]) -> UInt? {
    var bits = UInt(1)
    for dimension in shape {
      guard dimension >= 0 else { return nil }
      let (product, overflows) = bits.multipliedReportingOverflow(by: UInt(dimension))
      if overflows { return nil }
      bits = product
    }
    let (product, overflows) = bits.multipliedReportingOverflow(by: UInt(bitCount))
    return overflows || product % 8 != 0 ? nil : product / 8
  }
}
