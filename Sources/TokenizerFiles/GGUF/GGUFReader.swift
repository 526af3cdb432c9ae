/// What stands before the data of a GGUF file, versions 2 and 3.
///
/// Every count and length is checked against what is left of the file before anything is allocated.
struct GGUFReader {
  typealias Value = GGUFHeader.Value

  private let bytes: UnsafeRawBufferPointer
  private let source: String
  private var position = 0

  private init(_ bytes: UnsafeRawBufferPointer, source: String) {
    self.bytes = bytes
    self.source = source
  }

  /// Whether bytes begin with GGUF's magic number.
  static func isGGUF(_ bytes: UnsafeRawBufferPointer) -> Bool { bytes.starts(with: "GGUF".utf8) }

  /// Reads the header.
  ///
  /// - Throws: `TokenizerFileError` with the byte at which the trouble stands.
  static func readHeader(
    _ bytes: UnsafeRawBufferPointer, source: String
  ) throws(TokenizerFileError) -> GGUFHeader {
    var reader = GGUFReader(bytes, source: source)
    return try reader.readHeader()
  }

  private mutating func readHeader() throws(TokenizerFileError) -> GGUFHeader {
    position = 4
    let version = UInt32(try integer(4))
    guard version == 2 || version == 3 else {
      if version.byteSwapped == 2 || version.byteSwapped == 3 {
        throw error("the file is big-endian; convert it with `gguf-convert-endian`", at: 4)
      }
      throw error("GGUF version \(version) is not supported, only 2 and 3", at: 4)
    }
    let tensorCount = try integer(8)
    let pairCount = try count(smallest: 13, "key-value pairs")
    var pairs: [GGUFHeader.Pair] = []
    var seen = Set<String>()
    for _ in 0..<pairCount {
      let start = position
      let key = String(decoding: try text(), as: UTF8.self)
      guard seen.insert(key).inserted else {
        throw error("the key `\(key)` stands twice", at: start)
      }
      let value = try value(type: integer(4), depth: 0)
      pairs.append(.init(key: key, value: value, range: start..<position))
      if key == "general.alignment" { alignment = Self.alignment(value) }
    }
    let (tensors, dataStart) = try readTensors(tensorCount)
    return GGUFHeader(
      pairs: pairs, tensors: tensors, alignment: Int(alignment), dataStart: dataStart)
  }

  // MARK: Values

  private mutating func value(type: UInt64, depth: Int) throws(TokenizerFileError) -> Value {
    switch type {
    case 0: return .unsigned(try integer(1))
    case 1: return .signed(Int64(Int8(truncatingIfNeeded: try integer(1))))
    case 2: return .unsigned(try integer(2))
    case 3: return .signed(Int64(Int16(truncatingIfNeeded: try integer(2))))
    case 4: return .unsigned(try integer(4))
    case 5: return .signed(Int64(Int32(truncatingIfNeeded: try integer(4))))
    case 6: return .float(Double(Float(bitPattern: UInt32(try integer(4)))))
    case 7: return .bool(try integer(1) != 0)
    case 8: return .text(Array(try text()))
    case 9: return try array(depth: depth + 1)
    case 10: return .unsigned(try integer(8))
    case 11: return .signed(Int64(bitPattern: try integer(8)))
    case 12: return .float(Double(bitPattern: try integer(8)))
    default: throw error("a value has the unknown type \(type)", at: position - 4)
    }
  }

  private mutating func array(depth: Int) throws(TokenizerFileError) -> Value {
    guard depth <= 4 else { throw error("arrays are nested more than 4 levels deep", at: position) }
    let type = try integer(4)
    let elementCount = try count(smallest: Self.smallestSize(type), "array elements")
    var elements: [Value] = []
    elements.reserveCapacity(elementCount)
    for _ in 0..<elementCount { elements.append(try value(type: type, depth: depth)) }
    return .array(elements)
  }

  /// The least number of bytes that a value of a type takes.
  private static func smallestSize(_ type: UInt64) -> Int {
    switch type {
    case 2, 3: 2
    case 4, 5, 6: 4
    case 8, 10, 11, 12: 8
    case 9: 12
    default: 1
    }
  }

  private mutating func text() throws(TokenizerFileError) -> UnsafeRawBufferPointer {
    let length = try count(smallest: 1, "bytes")
    defer { position += length }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<(position + length)])
  }

  // MARK: Tensors

  private var alignment: UInt64 = 32

  private static func alignment(_ value: Value) -> UInt64 {
    if case .unsigned(let alignment) = value, 1...65_536 ~= alignment { alignment } else { 32 }
  }

  /// The tensors listed after the pairs, which must begin inside the file: one that was cut off while it
  /// was fetched should not pass for a tokenizer.
  private mutating func readTensors(
    _ tensorCount: UInt64
  ) throws(TokenizerFileError) -> (tensors: [GGUFHeader.Tensor], dataStart: Int) {
    guard tensorCount <= UInt64((bytes.count - position) / 24) else {
      throw error("\(tensorCount) tensors do not fit into the file", at: 8)
    }
    var tensors: [(tensor: GGUFHeader.Tensor, offset: UInt64, place: Int)] = []
    for _ in 0..<tensorCount {
      let name = String(decoding: try text(), as: UTF8.self)
      let dimensionCount = try integer(4)
      guard dimensionCount <= 8 else {
        throw error("a tensor has \(dimensionCount) dimensions", at: position - 4)
      }
      let place = position
      var product: UInt64 = 1
      var dimensions: [Int] = []
      for _ in 0..<dimensionCount {
        let dimension = try integer(8)
        let (value, overflow) = product.multipliedReportingOverflow(by: dimension)
        guard !overflow, dimension <= UInt64(Int32.max) * UInt64(Int32.max) else {
          throw error("a tensor's dimensions overflow 64 bits", at: place)
        }
        product = value
        dimensions.append(Int(dimension))
      }
      let type = UInt32(try integer(4))
      tensors.append(
        (
          .init(name: name, dimensions: dimensions, type: type, start: 0), try integer(8),
          position - 8
        ))
    }
    let dataStart = (UInt64(position) + alignment - 1) / alignment * alignment
    var result: [GGUFHeader.Tensor] = []
    for (tensor, offset, place) in tensors {
      let (start, overflow) = dataStart.addingReportingOverflow(offset)
      guard !overflow, start <= UInt64(bytes.count) else {
        throw error("a tensor's data lie beyond the end of the file", at: place)
      }
      var tensor = tensor
      tensor.start = Int(start)
      result.append(tensor)
    }
    return (result, Int(min(dataStart, UInt64(bytes.count))))
  }

  // MARK: Numbers

  /// A little-endian integer of so many bytes.
  private mutating func integer(_ size: Int) throws(TokenizerFileError) -> UInt64 {
    guard bytes.count - position >= size else {
      throw error("the file ends too early", at: bytes.count)
    }
    var result: UInt64 = 0
    for offset in (0..<size).reversed() { result = result << 8 | UInt64(bytes[position + offset]) }
    position += size
    return result
  }

  /// A 64-bit count of things that take at least `smallest` bytes each in what is left of the file.
  private mutating func count(
    smallest: Int, _ things: String
  ) throws(TokenizerFileError) -> Int {
    let start = position
    let count = try integer(8)
    guard count <= UInt64((bytes.count - position) / smallest) else {
      throw error("\(count) \(things) are announced, which the file has no room for", at: start)
    }
    return Int(count)
  }

  private func error(_ message: String, at offset: Int) -> TokenizerFileError {
    TokenizerFileError(source: source, place: .byte(offset), message: message)
  }
}
