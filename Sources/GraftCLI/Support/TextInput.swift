internal import Graft

/// A text input of any size. What is not large is read as a whole, which is fastest; what is larger
/// goes through in parts, so that memory does not grow with it.
final class TextInput {
  private let input: LineReader
  private var beginning: [UInt8]?

  private static let largest = 64 << 20

  init(_ input: LineReader) { self.input = input }

  convenience init(_ path: String) throws { try self.init(LineReader(path)) }

  /// Calls `whole` with all of the input, or `parts` when that is much.
  func read(_ whole: ([UInt8]) throws -> Void, parts: (TextInput) throws -> Void) throws {
    var bytes: [UInt8] = []
    while bytes.count < Self.largest {
      guard let chunk = try input.chunk() else { return try whole(bytes) }
      bytes += chunk
    }
    beginning = bytes
    try parts(self)
  }

  /// The next part; `nil` at the end.
  func chunk() throws -> [UInt8]? {
    defer { beginning = nil }
    return try beginning ?? input.chunk()
  }
}

extension String {
  /// - Throws: `TokenizerError.invalidUTF8` where the bytes are not.
  init(validUTF8 bytes: [UInt8]) throws {
    if let offset = UTF8Validation.firstInvalidByte(in: bytes[...]) {
      throw TokenizerError.invalidUTF8(offset: offset)
    }
    self.init(decoding: bytes, as: UTF8.self)
  }
}
