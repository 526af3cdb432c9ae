/// What stands before the data of a GGUF file: key-value pairs and the list of tensors.
package struct GGUFHeader: Sendable {
  /// A value of a pair.
  package indirect enum Value: Equatable, Sendable {
    case unsigned(UInt64)
    case signed(Int64)
    case float(Double)
    case bool(Bool)
    case text([UInt8])
    case array([Value])
  }

  /// A key with its value.
  package struct Pair: Sendable {
    package let key: String
    package let value: Value
    /// The bytes of the file that hold both.
    package let range: Range<Int>
  }

  /// What the list says of a tensor.
  package struct Tensor: Sendable {
    package let name: String
    /// The dimensions, fastest first.
    package let dimensions: [Int]
    /// llama.cpp's number for the type of its elements.
    package let type: UInt32
    /// Where its data begin in the file.
    package var start: Int

    package init(name: String, dimensions: [Int], type: UInt32, start: Int) {
      self.name = name
      self.dimensions = dimensions
      self.type = type
      self.start = start
    }
  }

  package let pairs: [Pair]
  package let tensors: [Tensor]
  /// What the beginning of every tensor is a multiple of, counted from `dataStart`.
  package let alignment: Int
  /// Where the data begin.
  package let dataStart: Int

  /// Reads the header of a file.
  ///
  /// - Throws: `TokenizerFileError` with the byte at which the trouble stands.
  package static func read(
    _ bytes: UnsafeRawBufferPointer, source: String
  ) throws(TokenizerFileError) -> GGUFHeader {
    guard GGUFReader.isGGUF(bytes) else {
      throw TokenizerFileError(source: source, place: .byte(0), message: "this is no GGUF file")
    }
    return try GGUFReader.readHeader(bytes, source: source)
  }

  package subscript(key: String) -> Value? { pairs.first { $0.key == key }?.value }

  /// The text of a pair.
  package func text(_ key: String) -> String? {
    if case .text(let bytes)? = self[key] { String(decoding: bytes, as: UTF8.self) } else { nil }
  }

  /// The beginning of the keys that describe a tokenizer.
  package static let tokenizerPrefix = "tokenizer."
}
