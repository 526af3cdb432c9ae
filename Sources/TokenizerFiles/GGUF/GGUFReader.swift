/// The key-value pairs at the head of a GGUF file, versions 2 and 3.
///
/// Only what a tokenizer needs is kept: the pairs whose keys begin with `tokenizer.`. Every count
/// and length is checked against what is left of the file before anything is allocated.
struct GGUFReader {
  /// A value of the file.
  indirect enum Value: Equatable {
    case unsigned(UInt64)
    case signed(Int64)
    case float(Double)
    case bool(Bool)
    case text([UInt8])
    case array([Value])
  }

  private let bytes: UnsafeRawBufferPointer
  private let source: String
  private var position = 0

  private init(_ bytes: UnsafeRawBufferPointer, source: String) {
    self.bytes = bytes
    self.source = source
  }

  /// Whether bytes begin with GGUF's magic number.
  static func isGGUF(_ bytes: UnsafeRawBufferPointer) -> Bool { bytes.starts(with: "GGUF".utf8) }

  /// The tokenizer's pairs.
  ///
  /// - Throws: `TokenizerFileError` with the byte at which the trouble stands.
  static func readTokenizer(
    _ bytes: UnsafeRawBufferPointer, source: String
  ) throws(TokenizerFileError) -> [String: Value] {
    var reader = GGUFReader(bytes, source: source)
    return try reader.readPairs()
  }

  private mutating func readPairs() throws(TokenizerFileError) -> [String: Value] {
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
    var pairs: [String: Value] = [:]
    var seen = Set<String>()
    for _ in 0..<pairCount {
      let start = position
      let key = String(decoding: try text(), as: UTF8.self)
      guard seen.insert(key).inserted else {
        throw error("the key `\(key)` stands twice", at: start)
      }
      let value = try value(type: integer(4), depth: 0)
      if key.hasPrefix("tokenizer.") { pairs[key] = value }
      if key == "general.alignment" { alignment = Self.alignment(value) }
    }
    try checkTensors(tensorCount)
    return pairs
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
    if case .unsigned(let alignment) = value, alignment > 0 { alignment } else { 32 }
  }

  /// Checks that the tensors listed after the pairs lie inside the file: a file that was cut off
  /// while it was fetched should not pass for a tokenizer.
  private mutating func checkTensors(_ tensorCount: UInt64) throws(TokenizerFileError) {
    guard tensorCount <= UInt64((bytes.count - position) / 24) else {
      throw error("\(tensorCount) tensors do not fit into the file", at: 8)
    }
    var offsets: [(offset: UInt64, place: Int)] = []
    for _ in 0..<tensorCount {
      _ = try text()
      let dimensionCount = try integer(4)
      guard dimensionCount <= 8 else {
        throw error("a tensor has \(dimensionCount) dimensions", at: position - 4)
      }
      let place = position
      var product: UInt64 = 1
      for _ in 0..<dimensionCount {
        let (value, overflow) = product.multipliedReportingOverflow(by: try integer(8))
        guard !overflow else { throw error("a tensor's dimensions overflow 64 bits", at: place) }
        product = value
      }
      _ = try integer(4)
      offsets.append((try integer(8), position - 8))
    }
    let dataStart = (UInt64(position) + alignment - 1) / alignment * alignment
    for (offset, place) in offsets {
      let (start, overflow) = dataStart.addingReportingOverflow(offset)
      guard !overflow, start <= UInt64(bytes.count) else {
        throw error("a tensor's data lie beyond the end of the file", at: place)
      }
    }
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
