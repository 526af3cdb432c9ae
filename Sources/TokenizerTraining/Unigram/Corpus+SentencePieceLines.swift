internal import ByteIO

extension Corpus {
  /// Counts the words of all texts as a SentencePiece model sees them: line by line, where a text of
  /// JSON Lines may have several lines.
  ///
  /// The corpus is read as a stream: memory holds a few chunks and the counts. The result does not
  /// depend on `threadCount`.
  ///
  /// - Throws: `FileError` when a file cannot be read, `CorpusError` when it is not a text, and what
  ///   `progress` throws.
  public func countWords(
    _ lines: SentencePieceLines, threadCount: Int? = nil,
    progress: TrainingProgress = { _, _ in }
  ) throws -> UnigramCorpus {
    let threadCount = threadCount ?? ProcessorCount.available
    var reader = CorpusReader(files, format)
    var counts = UnigramCorpus()
    var byteCount = 0
    while true {
      var chunks: [CorpusReader.Chunk] = []
      while chunks.count < 4 * threadCount, let chunk = try reader.next() { chunks.append(chunk) }
      guard !chunks.isEmpty else { return counts }
      for result in countEach(chunks, lines, threadCount) { counts.merge(try result.get()) }
      byteCount += chunks.reduce(0) { $0 + $1.bytes.count }
      try progress("counting words", totalSize == 0 ? 0 : Double(byteCount) / Double(totalSize))
    }
  }

  private func countEach(
    _ chunks: [CorpusReader.Chunk], _ lines: SentencePieceLines, _ threadCount: Int
  ) -> [Result<UnigramCorpus, CorpusError>] {
    typealias Counted = [Int: Result<UnigramCorpus, CorpusError>]
    let states = Workers.run(
      tasks: chunks.count, workers: threadCount, state: { Counted() },
      { index, counted in
        counted[index] = Result { () throws(CorpusError) in
          try count(chunks[index], lines)
        }
      })
    return chunks.indices.compactMap { index in states.lazy.compactMap { $0[index] }.first }
  }

  private func count(
    _ chunk: CorpusReader.Chunk, _ lines: SentencePieceLines
  ) throws(CorpusError) -> UnigramCorpus {
    var counts = UnigramCorpus()
    try chunk.forEachText(format) { text in
      for line in text.split(separator: UInt8(ascii: "\n")) { counts.add(lines.words(of: line)) }
    }
    return counts
  }
}
