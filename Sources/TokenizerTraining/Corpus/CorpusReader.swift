internal import ByteIO

/// Files as a stream of chunks that end where lines end.
struct CorpusReader {
  /// A part of a file: whole lines, or a part of a line that is longer than a chunk may be.
  struct Chunk: Sendable {
    var bytes: [UInt8] = []
    /// The file.
    var source = ""
    /// Where in the file the chunk begins, in bytes.
    var offset = 0
  }

  private var paths: ArraySlice<String?>
  private var file: InputFile?
  /// What has been read of the current file but belongs to the next chunk.
  private var rest: [UInt8] = []
  private var offset = 0
  private let format: Corpus.Format

  static let chunkSize = 1 << 21
  /// A longer line of a text is cut, after a space where there is one.
  static let longestLine = 1 << 22
  /// A longer document is refused.
  static let longestDocument = 1 << 29

  /// - Parameter paths: the files; standard input when there are none.
  init(_ paths: [String], _ format: Corpus.Format) {
    self.paths = paths.isEmpty ? [nil] : paths.map(Optional.some)[...]
    self.format = format
  }

  /// The next chunk; `nil` after the last file.
  ///
  /// - Throws: `FileError` when a file cannot be read, `CorpusError` for a document that is too long.
  mutating func next() throws -> Chunk? {
    while true {
      guard let file = try file ?? openNext() else { return nil }
      var chunk = Chunk(bytes: rest, source: file.path, offset: offset)
      rest = []
      var isOpen = true
      var searched = 0
      while isOpen {
        isOpen = try file.read(Self.chunkSize, into: &chunk.bytes)
        if isOpen, let end = try end(of: chunk, searched: searched) {
          rest = Array(chunk.bytes[end...])
          chunk.bytes.removeSubrange(end...)
          break
        }
        searched = chunk.bytes.count
      }
      offset += chunk.bytes.count
      if !isOpen { self.file = nil }
      if !chunk.bytes.isEmpty { return chunk }
    }
  }

  private mutating func openNext() throws -> InputFile? {
    guard let path = paths.popFirst() else { return nil }
    let opened = try InputFile(path)
    file = opened
    offset = 0
    return opened
  }

  /// Where the chunk is to end; `nil` when more must be read first.
  private func end(of chunk: Chunk, searched: Int) throws(CorpusError) -> Int? {
    let bytes = chunk.bytes
    if let newline = bytes[searched...].lastIndex(of: UInt8(ascii: "\n")) { return newline + 1 }
    switch format {
    case .jsonLines:
      if bytes.count <= Self.longestDocument { return nil }
      throw CorpusError(
        source: chunk.source, offset: chunk.offset,
        problem: .documentTooLong(limit: Self.longestDocument))
    case .lines:
      if bytes.count < Self.longestLine { return nil }
      if let space = bytes.lastIndex(of: UInt8(ascii: " ")) { return space + 1 }
      return bytes.lastIndex { !UTF8.isContinuation($0) } ?? bytes.count
    }
  }
}
