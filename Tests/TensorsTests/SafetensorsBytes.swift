/// The bytes of a safetensors file with the given header text and data.
func safetensors(_ header: String, data: [UInt8] = []) -> [UInt8] {
  withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + header.utf8 + data
}

/// The bytes of a file with one tensor, `x`: `count` elements of one byte each.
func oneTensor(count: Int) -> [UInt8] {
  let header = #"{"x":{"dtype":"U8","shape":[\#(count)],"data_offsets":[0,\#(count)]}}"#
  return safetensors(header, data: (0..<count).map { UInt8(truncatingIfNeeded: $0) })
}
