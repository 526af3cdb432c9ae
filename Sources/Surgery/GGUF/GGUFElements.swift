internal import Tensors

/// The forms of a GGUF tensor's elements that graft reads and writes.
enum GGUFElements: UInt32, CaseIterable {
  case float32 = 0
  case float16 = 1
  /// Blocks of 32 elements: a scale in half precision, then 32 bytes that it multiplies.
  case q8_0 = 8
  case bfloat16 = 30

  private static let blockLength = 32
  private static let blockSize = 34

  /// The type as safetensors has it; `nil` for blocks.
  var plain: ElementType? {
    switch self {
    case .float32: .float32
    case .float16: .float16
    case .bfloat16: .bfloat16
    case .q8_0: nil
    }
  }

  /// The bytes of a row; `nil` when it does not fill whole blocks.
  func byteCount(columns: Int) -> Int? {
    if let plain { return columns * plain.bitCount / 8 }
    return columns % Self.blockLength == 0 ? columns / Self.blockLength * Self.blockSize : nil
  }

  /// A row in this form.
  func encoded(_ row: UnsafeBufferPointer<Float>) -> [UInt8] {
    if let plain { return FloatConversion.bytes(of: row, as: plain) }
    var result: [UInt8] = []
    for start in stride(from: 0, to: row.count, by: Self.blockLength) {
      // As llama.cpp does it: the byte 127 stands for the largest element.
      let block = row[start..<(start + Self.blockLength)]
      let scale = (block.lazy.map(\.magnitude).max() ?? 0) / 127
      let inverse = scale > 0 ? 1 / scale : 0
      withUnsafePointer(to: scale) { scale in
        result += FloatConversion.bytes(
          of: UnsafeBufferPointer(start: scale, count: 1), as: .float16)
      }
      for value in block {
        let scaled = (value * inverse).rounded(.toNearestOrAwayFromZero)
        result.append(UInt8(bitPattern: Int8(min(max(scaled, -127), 127))))
      }
    }
    return result
  }

  /// Blocks as numbers.
  static func decoded(
    blocks bytes: UnsafeRawBufferPointer, into row: UnsafeMutableBufferPointer<Float>
  ) {
    var scale: Float = 0
    for index in row.indices {
      let (block, place) = index.quotientAndRemainder(dividingBy: blockLength)
      let start = block * blockSize
      if place == 0 {
        withUnsafeMutablePointer(to: &scale) { scale in
          FloatConversion.read(
            UnsafeRawBufferPointer(rebasing: bytes[start..<(start + 2)]), as: .float16,
            into: UnsafeMutableBufferPointer(start: scale, count: 1))
        }
      }
      row[index] = scale * Float(Int8(bitPattern: bytes[start + 2 + place]))
    }
  }
}
