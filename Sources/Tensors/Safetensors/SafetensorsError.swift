public import ByteIO

/// A safetensors file that cannot be used: which file, which tensor, what is wrong and what to do.
public struct SafetensorsError: Error, Equatable, CustomStringConvertible {
  /// What is wrong. Offsets count from the start of the data, as in the header.
  public enum Problem: Equatable, Sendable {
    /// The file cannot be opened or mapped.
    case unreadable(FileError)
    /// The file is shorter than the 8 bytes that give the length of the header.
    case tooShort(size: Int)
    /// The header is longer than the 100 MB that the format allows.
    case headerTooLong(length: UInt64)
    /// The header reaches beyond the end of the file.
    case headerBeyondEnd(length: Int, fileSize: Int)
    /// The header is not UTF-8; the offset counts from the start of the file.
    case headerNotUTF8(offset: Int)
    /// The header does not begin with `{`.
    case headerNotObject
    /// The header is not JSON; the offset counts from the start of the header.
    case headerNotJSON(offset: Int, message: String)
    /// A part of the header is not what the format asks for.
    case invalidHeader(message: String)
    /// Two tensors have the same name.
    case duplicateTensor
    /// The element type is none that the format knows.
    case unknownElementType(String)
    /// The offsets of a tensor run backwards.
    case reversedOffsets(begin: Int, end: Int)
    /// The number of elements or bytes of a shape does not fit 64 bits, or packed elements end within
    /// a byte.
    case invalidShape([Int])
    /// The offsets leave a number of bytes that is not the one of the shape.
    case sizeMismatch(shape: [Int], needed: UInt, begin: Int, end: Int)
    /// The tensor begins before the one before it ends.
    case overlap(begin: Int, previousEnd: Int)
    /// Between the tensor and the one before it stand bytes that belong to none.
    case hole(begin: Int, previousEnd: Int)
    /// The tensor ends beyond the end of the file.
    case beyondEnd(end: Int, dataSize: Int)
    /// Bytes follow the last tensor.
    case trailingBytes(end: Int, dataSize: Int)
    /// A tensor of a new file was given too few or too many bytes.
    case wrongAmount(needed: Int, written: Int)
    /// No tensor has the name.
    case missingTensor
    /// The tensor cannot be seen as a matrix of real numbers.
    case notRealMatrix(ElementType, shape: [Int])
  }

  /// The file.
  public let path: String
  /// The tensor at which the trouble stands, where there is one.
  public let tensor: String?
  public let problem: Problem

  public init(path: String, tensor: String? = nil, _ problem: Problem) {
    self.path = path
    self.tensor = tensor
    self.problem = problem
  }

  public var description: String {
    if case .unreadable(let error) = problem { return error.description }
    let place = tensor.map { " tensor `\($0)`:" } ?? ""
    let advice = problem.advice.map { "; \($0)" } ?? ""
    return "\(path):\(place) \(problem.explanation)\(advice)"
  }
}

extension SafetensorsError.Problem {
  fileprivate var explanation: String {
    switch self {
    case .unreadable(let error): error.description
    case .tooShort(let size):
      "the file has \(size) bytes, fewer than the 8 that give the length of its header"
    case .headerTooLong(let length):
      "the header would be \(length) bytes long, and the format allows 100000000"
    case .headerBeyondEnd(let length, let fileSize):
      "the header would be \(length) bytes long, but the file has \(fileSize) bytes"
    case .headerNotUTF8(let offset): "the header is not UTF-8 at byte \(offset)"
    case .headerNotObject: "the header does not begin with `{`"
    case .headerNotJSON(let offset, let message):
      "the header is not JSON: \(message) (at byte \(offset + 8))"
    case .invalidHeader(let message): "\(message)"
    case .duplicateTensor: "the name stands twice in the header"
    case .unknownElementType(let name): "the dtype \(name) is unknown"
    case .reversedOffsets(let begin, let end): "its offsets [\(begin), \(end)] run backwards"
    case .invalidShape(let shape):
      "the shape \(shape) is no size in whole bytes that fits 64 bits"
    case .sizeMismatch(let shape, let needed, let begin, let end):
      "the shape \(shape) needs \(needed) bytes, but the offsets [\(begin), \(end)] hold "
        + "\(end - begin)"
    case .overlap(let begin, let previousEnd):
      "it begins at offset \(begin), within the tensor before it, which ends at \(previousEnd)"
    case .hole(let begin, let previousEnd):
      "it begins at offset \(begin), but the tensor before it ends at \(previousEnd)"
    case .beyondEnd(let end, let dataSize):
      "it ends at offset \(end), but the file holds \(dataSize) bytes of data"
    case .trailingBytes(let end, let dataSize):
      "the last tensor ends at offset \(end), but the file holds \(dataSize) bytes of data"
    case .wrongAmount(let needed, let written):
      "it was given \(written) bytes, but its shape needs \(needed)"
    case .missingTensor: "the file has no such tensor"
    case .notRealMatrix(let type, let shape):
      "its shape \(shape) of \(type.rawValue) is no matrix or vector of F16, BF16, F32 or F64"
    }
  }

  fileprivate var advice: String? {
    switch self {
    case .tooShort, .headerBeyondEnd, .beyondEnd:
      "the file is incomplete: copy or download it again"
    case .headerTooLong, .headerNotUTF8, .headerNotObject, .headerNotJSON:
      "this is not a safetensors file, or it is damaged: copy or download it again"
    case .unknownElementType:
      "the known ones are " + ElementType.allCases.map(\.rawValue).joined(separator: ", ")
    case .invalidHeader, .duplicateTensor, .reversedOffsets, .invalidShape, .sizeMismatch, .overlap,
      .hole, .trailingBytes:
      "save the file again with the safetensors library"
    case .unreadable, .wrongAmount, .missingTensor, .notRealMatrix: nil
    }
  }
}
