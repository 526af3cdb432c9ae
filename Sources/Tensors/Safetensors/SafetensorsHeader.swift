internal import ByteIO

/// The parsed and checked header of a safetensors file.
///
/// The checks are those of the safetensors library (`Metadata::validate` and its reader), which
/// refuses a file in which a single byte belongs to no tensor or to two. Beyond them, a tensor name
/// that stands twice is refused: the library keeps the last one silently.
struct SafetensorsHeader {
  /// The `__metadata__` pairs in the order of the file.
  private(set) var metadata: [(key: String, value: String)] = []
  /// The tensors in the order of the header.
  private(set) var tensors: [TensorInfo] = []
  /// Indices into `tensors` in the order of their bytes.
  private(set) var dataOrder: [Int] = []
  /// The index of each tensor by its name.
  private(set) var indices: [String: Int] = [:]

  private let path: String
  private let dataStart: Int
  private let dataSize: Int
  private var hasMetadata = false

  static let lengthSize = 8
  static let maximumLength = 100_000_000

  /// Reads the header of the file whose content is `bytes`.
  init(of bytes: UnsafeRawBufferPointer, path: String) throws(SafetensorsError) {
    let text = try Self.text(of: bytes, path: path)
    self.path = path
    dataStart = Self.lengthSize + text.count
    dataSize = bytes.count - dataStart
    let document: JSON
    do {
      document = try JSON(parsing: text, source: path)
    } catch {
      throw SafetensorsError(
        path: path, .headerNotJSON(offset: error.offset, message: error.message))
    }
    try readMembers(of: document)
    try checkCoverage()
  }

  /// The header's JSON text.
  private static func text(
    of bytes: UnsafeRawBufferPointer, path: String
  ) throws(SafetensorsError) -> [UInt8] {
    guard bytes.count >= lengthSize else {
      throw SafetensorsError(path: path, .tooShort(size: bytes.count))
    }
    let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    guard length <= UInt64(maximumLength) else {
      throw SafetensorsError(path: path, .headerTooLong(length: length))
    }
    let end = lengthSize + Int(length)
    guard end <= bytes.count else {
      throw SafetensorsError(
        path: path, .headerBeyondEnd(length: Int(length), fileSize: bytes.count))
    }
    let text = UnsafeRawBufferPointer(rebasing: bytes[lengthSize..<end])
    if let offset = UTF8Validation.firstInvalidByte(in: text) {
      throw SafetensorsError(path: path, .headerNotUTF8(offset: lengthSize + offset))
    }
    guard text.first == UInt8(ascii: "{") else {
      throw SafetensorsError(path: path, .headerNotObject)
    }
    return Array(text)
  }
}

// MARK: - Members

extension SafetensorsHeader {
  private mutating func readMembers(of document: JSON) throws(SafetensorsError) {
    for member in document.members {
      let name = member.key.string ?? ""
      if name == "__metadata__" {
        try readMetadata(member.value)
      } else {
        guard indices.updateValue(tensors.count, forKey: name) == nil else {
          throw SafetensorsError(path: path, tensor: name, .duplicateTensor)
        }
        tensors.append(try tensor(name, member.value))
      }
    }
  }

  private mutating func readMetadata(_ value: JSON) throws(SafetensorsError) {
    guard !hasMetadata else { throw invalid("`__metadata__` stands twice in the header") }
    hasMetadata = true
    guard value.kind == .object || value.isNull else {
      throw invalid(value.unexpected("an object of strings").message)
    }
    for pair in value.members {
      guard let text = pair.value.string else {
        throw invalid(pair.value.unexpected("a string").message)
      }
      metadata.append((pair.key.string ?? "", text))
    }
  }

  private func tensor(_ name: String, _ value: JSON) throws(SafetensorsError) -> TensorInfo {
    guard value.kind == .object else {
      throw invalid("it must be an object with dtype, shape and data_offsets", name)
    }
    let type = try elementType(name, try field("dtype", of: value, name))
    let shape = try numbers("shape", try field("shape", of: value, name), name)
    let offsets = try numbers("data_offsets", try field("data_offsets", of: value, name), name)
    guard offsets.count == 2 else {
      throw invalid("`data_offsets` must be two numbers, but are \(offsets.count)", name)
    }
    let (begin, end) = (offsets[0], offsets[1])
    guard begin <= end else {
      throw SafetensorsError(path: path, tensor: name, .reversedOffsets(begin: begin, end: end))
    }
    guard let size = type.byteCount(shape: shape) else {
      throw SafetensorsError(path: path, tensor: name, .invalidShape(shape))
    }
    guard size == UInt(end - begin) else {
      throw SafetensorsError(
        path: path, tensor: name,
        .sizeMismatch(shape: shape, needed: size, begin: begin, end: end))
    }
    guard end <= dataSize else {
      throw SafetensorsError(path: path, tensor: name, .beyondEnd(end: end, dataSize: dataSize))
    }
    return TensorInfo(
      name: name, elementType: type, shape: shape,
      byteRange: (dataStart + begin)..<(dataStart + end))
  }

  /// The one member called `key`.
  private func field(_ key: String, of value: JSON, _ tensor: String) throws(SafetensorsError)
    -> JSON
  {
    let found = value.members.filter { $0.key.string == key }
    guard let member = found.first else { throw invalid("`\(key)` is missing", tensor) }
    guard found.count == 1 else { throw invalid("`\(key)` stands twice", tensor) }
    return member.value
  }

  private func elementType(_ tensor: String, _ value: JSON) throws(SafetensorsError) -> ElementType
  {
    guard let name = value.string else { throw invalid("`dtype` must be a string", tensor) }
    guard let type = ElementType(rawValue: name) else {
      throw SafetensorsError(path: path, tensor: tensor, .unknownElementType(name))
    }
    return type
  }

  private func numbers(_ key: String, _ value: JSON, _ tensor: String) throws(SafetensorsError)
    -> [Int]
  {
    guard value.kind == .array else { throw invalid("`\(key)` must be a list of numbers", tensor) }
    var numbers: [Int] = []
    for element in value.elements {
      // A sign is refused even before 0, as the library's unsigned reader does.
      guard let number = element.int, element.text.first != UInt8(ascii: "-") else {
        let text = String(decoding: element.text.prefix(40), as: UTF8.self)
        throw invalid("`\(key)` must hold whole numbers from 0, but holds \(text)", tensor)
      }
      numbers.append(number)
    }
    return numbers
  }

  private func invalid(_ message: String, _ tensor: String? = nil) -> SafetensorsError {
    SafetensorsError(path: path, tensor: tensor, .invalidHeader(message: message))
  }
}

// MARK: - Coverage

extension SafetensorsHeader {
  /// Sorts the tensors by their bytes and checks that these follow each other without gaps from the
  /// first byte of the data to the last.
  private mutating func checkCoverage() throws(SafetensorsError) {
    dataOrder = tensors.indices.sorted { left, right in
      let (left, right) = (tensors[left].byteRange, tensors[right].byteRange)
      return (left.lowerBound, left.upperBound) < (right.lowerBound, right.upperBound)
    }
    var end = dataStart
    for index in dataOrder {
      let tensor = tensors[index]
      let begin = tensor.byteRange.lowerBound
      guard begin == end else {
        let offsets = (begin: begin - dataStart, previousEnd: end - dataStart)
        throw SafetensorsError(
          path: path, tensor: tensor.name,
          begin < end
            ? .overlap(begin: offsets.begin, previousEnd: offsets.previousEnd)
            : .hole(begin: offsets.begin, previousEnd: offsets.previousEnd))
      }
      end = tensor.byteRange.upperBound
    }
    guard end == dataStart + dataSize else {
      throw SafetensorsError(
        path: path, .trailingBytes(end: end - dataStart, dataSize: dataSize))
    }
  }
}
