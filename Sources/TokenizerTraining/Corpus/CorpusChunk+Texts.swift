internal import ByteIO

extension CorpusReader.Chunk {
  /// Calls `body` with every text of the chunk: its lines with their newlines, or what the lines say
  /// in JSON.
  func forEachText(
    _ format: Corpus.Format, _ body: (ArraySlice<UInt8>) -> Void
  ) throws(CorpusError) {
    if let invalid = UTF8Validation.firstInvalidByte(in: bytes[...]) {
      throw CorpusError(source: source, offset: offset + invalid, problem: .invalidUTF8)
    }
    var start = 0
    while start < bytes.count {
      let newline = bytes[start...].firstIndex(of: UInt8(ascii: "\n"))
      let end = newline.map { $0 + 1 } ?? bytes.count
      switch format {
      case .lines: body(bytes[start..<end])
      case .jsonLines:
        do {
          body(try Self.document(bytes[start..<end])[...])
        } catch {
          throw CorpusError(
            source: source, offset: offset + start, problem: .badDocument(error.message))
        }
      }
      start = end
    }
  }

  /// The text of a line of JSON; an empty line is an empty text.
  private static func document(_ line: ArraySlice<UInt8>) throws(JSONError) -> [UInt8] {
    let isEmpty = line.allSatisfy { $0 == 0x0A || $0 == 0x0D || $0 == 0x20 || $0 == 0x09 }
    if isEmpty { return [] }
    let text = try JSON(parsing: Array(line), source: "document").required("text")
    guard let bytes = text.utf8 else { throw text.unexpected("a string") }
    return bytes
  }
}
