internal import ByteIO
internal import Tensors
internal import TokenizerFiles

/// A GGUF file that holds a model, mapped.
struct GGUFModel: Sendable {
  let file: MappedFile
  let header: GGUFHeader

  static let inputName = "token_embd.weight"
  static let outputName = "output.weight"
  static let biasName = "output.bias"

  /// - Throws: `FileError`, `TokenizerFileError` when it is no GGUF file.
  init(_ path: String) throws {
    let file = try MappedFile(path)
    self.file = file
    header = try file.withBytes { bytes throws(TokenizerFileError) in
      try GGUFHeader.read(bytes, source: path)
    }
  }

  /// llama.cpp's name of the architecture.
  var architecture: String { header.text("general.architecture") ?? "" }

  /// The number of tokens that the file's vocabulary has.
  var tokenCount: Int {
    if case .array(let tokens)? = header["tokenizer.ggml.tokens"] { tokens.count } else { 0 }
  }

  /// What the list says of a tensor, and the form of its elements.
  ///
  /// - Throws: `ModelError` when graft does not read that form.
  func tensor(_ name: String) throws(ModelError) -> (
    info: GGUFHeader.Tensor, elements: GGUFElements
  )? {
    guard let info = header.tensors.first(where: { $0.name == name }) else { return nil }
    guard let elements = GGUFElements(rawValue: info.type),
      elements.byteCount(columns: info.columns) != nil, (1...2).contains(info.dimensions.count)
    else { throw ModelError(file.path, .unknownElements(tensor: name, type: Int(info.type))) }
    return (info, elements)
  }

  /// The stored bytes of one row of a tensor, which must not escape.
  func withRow<Result>(
    _ row: Int, of name: String, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) throws -> Result? {
    guard let (info, elements) = try tensor(name),
      let size = elements.byteCount(columns: info.columns), row >= 0, row < info.rows
    else { return nil }
    let start = info.start + row * size
    return try file.withBytes {
      try body(UnsafeRawBufferPointer(rebasing: $0[start..<(start + size)]))
    }
  }

  /// A tensor as numbers, one row per token; blocks are decoded into memory.
  ///
  /// - Throws: `ModelError` when graft cannot read it or it does not lie inside the file.
  func matrix(_ name: String) throws(ModelError) -> MatrixView? {
    guard let (info, elements) = try tensor(name) else { return nil }
    let (rows, columns) = (info.rows, info.columns)
    guard let size = elements.byteCount(columns: columns),
      case (let total, let overflow) = size.multipliedReportingOverflow(by: rows), !overflow,
      total <= file.count - info.start
    else { throw ModelError(file.path, .unknownElements(tensor: name, type: Int(info.type))) }
    if let plain = elements.plain {
      return MatrixView(
        file, offset: info.start, rows: rows, columns: columns, elementType: plain)
    }
    var result = Matrix(rows: rows, columns: columns)
    file.withBytes { bytes in
      for row in 0..<rows {
        let start = info.start + row * size
        result.withMutableRow(row) { floats in
          GGUFElements.decoded(
            blocks: UnsafeRawBufferPointer(rebasing: bytes[start..<(start + size)]), into: floats)
        }
      }
    }
    return result.view
  }
}

extension GGUFHeader.Tensor {
  /// The elements of a row, which stand side by side; a vector has one per row.
  var columns: Int { dimensions.count == 1 ? 1 : dimensions[0] }
  var rows: Int { dimensions.last ?? 0 }
}
