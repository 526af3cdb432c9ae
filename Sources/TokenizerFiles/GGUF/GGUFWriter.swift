/// What stands before the data of a GGUF file, version 3, while it is being written.
package struct GGUFWriter {
  private var pairs: [UInt8] = []
  private var count: UInt64 = 0

  /// llama.cpp's numbers for the types of values.
  private enum ValueType: UInt32 {
    case int8 = 1
    case uint32 = 4
    case int32 = 5
    case float = 6
    case bool = 7
    case text = 8
    case array = 9
  }

  package init() {}

  /// The file: the pairs, and no tensors.
  var bytes: [UInt8] { bytes(tensors: [], alignment: 1) }

  /// The head of a file with tensors, up to where the data begin.
  ///
  /// - Parameter tensors: their `start` counts from the beginning of the data.
  package func bytes(tensors: [GGUFHeader.Tensor], alignment: Int) -> [UInt8] {
    var file = Array("GGUF".utf8)
    Self.append(UInt32(3), to: &file)
    Self.append(UInt64(tensors.count), to: &file)
    Self.append(count, to: &file)
    file += pairs
    for tensor in tensors {
      Self.append(text: tensor.name.utf8, to: &file)
      Self.append(UInt32(tensor.dimensions.count), to: &file)
      for dimension in tensor.dimensions { Self.append(UInt64(dimension), to: &file) }
      Self.append(tensor.type, to: &file)
      Self.append(UInt64(tensor.start), to: &file)
    }
    return file + [UInt8](repeating: 0, count: (alignment - file.count % alignment) % alignment)
  }

  /// The pairs without what stands before them.
  package var pairBytes: [UInt8] { pairs }

  /// Takes a pair over from another file, whose version-3 bytes these are.
  package mutating func add(pair bytes: some Collection<UInt8>) {
    count += 1
    pairs += bytes
  }

  mutating func set(_ key: String, _ text: some Collection<UInt8>) {
    begin(key, .text)
    append(text: text)
  }

  package mutating func set(_ key: String, _ text: String) { set(key, Array(text.utf8)) }

  mutating func set(_ key: String, _ value: Bool) {
    begin(key, .bool)
    pairs.append(value ? 1 : 0)
  }

  package mutating func set(_ key: String, _ value: UInt32) {
    begin(key, .uint32)
    Self.append(value, to: &pairs)
  }

  mutating func set(_ key: String, texts: [[UInt8]]) {
    begin(key, .text, count: texts.count)
    for text in texts { append(text: text) }
  }

  mutating func set(_ key: String, integers: [Int32]) {
    begin(key, .int32, count: integers.count)
    for integer in integers { Self.append(integer, to: &pairs) }
  }

  mutating func set(_ key: String, floats: [Float]) {
    begin(key, .float, count: floats.count)
    for float in floats { Self.append(float.bitPattern, to: &pairs) }
  }

  /// Bytes as an array, as converters write a character map.
  mutating func set(_ key: String, bytes: [UInt8]) {
    begin(key, .int8, count: bytes.count)
    pairs += bytes
  }

  // MARK: Encoding

  private mutating func begin(_ key: String, _ type: ValueType) {
    count += 1
    append(text: key.utf8)
    Self.append(type.rawValue, to: &pairs)
  }

  private mutating func begin(_ key: String, _ type: ValueType, count: Int) {
    begin(key, .array)
    Self.append(type.rawValue, to: &pairs)
    Self.append(UInt64(count), to: &pairs)
  }

  private mutating func append(text: some Collection<UInt8>) { Self.append(text: text, to: &pairs) }

  private static func append(text: some Collection<UInt8>, to bytes: inout [UInt8]) {
    append(UInt64(text.count), to: &bytes)
    bytes += text
  }

  private static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
  }
}
