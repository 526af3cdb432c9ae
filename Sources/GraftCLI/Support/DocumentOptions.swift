internal import ArgumentParser
internal import Graft

/// The options that name texts and say how they are divided into documents.
struct DocumentOptions: ParsableArguments {
  @Argument(help: ArgumentHelp("Further texts.", valueName: "files"))
  var furtherTexts: [String] = []

  @Option(help: ArgumentHelp("A text in UTF-8; - is standard input.", valueName: "file"))
  var text: [String]

  @Option(help: "What stands between the documents of a file.")
  var separator = NamedValue(DocumentSeparator.none)

  func validate() throws {
    if text.isEmpty { throw ValidationError("--text is needed: a file with text.") }
  }

  /// The documents of all files, in order.
  ///
  /// - Throws: `FileError` when a file cannot be read, `EvaluationError` when one is not UTF-8 or there is
  ///   no text.
  func documents() throws -> [[UInt8]] {
    var documents: [[UInt8]] = []
    for file in text + furtherTexts {
      let bytes = try LineReader(file).rest()
      if let offset = UTF8Validation.firstInvalidByte(in: bytes[...]) {
        throw EvaluationError.invalidUTF8(file: file, offset: offset)
      }
      documents += separator.value.documents(in: bytes).map(Array.init)
    }
    if documents.isEmpty { throw EvaluationError.noText }
    return documents
  }
}
