internal import Graft

extension DocumentSeparator {
  /// The documents of all files, in order; `-` is standard input.
  ///
  /// - Throws: `FileError` when a file cannot be read, `EvaluationError` when one is not UTF-8 or there is
  ///   no text.
  func documents(inFiles files: [String]) throws -> [[UInt8]] {
    var documents: [[UInt8]] = []
    for file in files {
      let bytes = try LineReader(file).rest()
      if let offset = UTF8Validation.firstInvalidByte(in: bytes[...]) {
        throw EvaluationError.invalidUTF8(file: file, offset: offset)
      }
      documents += self.documents(in: bytes).map(Array.init)
    }
    if documents.isEmpty { throw EvaluationError.noText }
    return documents
  }
}
