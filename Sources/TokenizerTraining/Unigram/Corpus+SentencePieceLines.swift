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
    var counts = UnigramCorpus()
    try forEachChunk(threadCount: threadCount, progress: progress) { chunk throws(CorpusError) in
      try count(chunk, lines)
    } combine: {
      counts.merge($0)
    }
    return counts
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
