internal import ByteIO

extension Corpus {
  /// Takes all texts chunk by chunk: `count` on several threads, `combine` with its results in the
  /// order of the texts, so that nothing depends on which thread took which chunk.
  ///
  /// Memory holds a few chunks at a time.
  ///
  /// - Parameter threadCount: the number of threads; as many as there are cores when it is `nil`.
  /// - Throws: `FileError` when a file cannot be read, what `count` and `combine` throw, and what
  ///   `progress` throws.
  func forEachChunk<Counts: Sendable>(
    threadCount: Int?, progress: TrainingProgress,
    count: @Sendable (CorpusReader.Chunk) throws(CorpusError) -> Counts,
    combine: (Counts) throws -> Void
  ) throws {
    let workers = Workers.count(threadCount)
    var reader = CorpusReader(files, format)
    var byteCount = 0
    let size = totalSize
    while true {
      var chunks: [CorpusReader.Chunk] = []
      while chunks.count < 4 * workers, let chunk = try reader.next() { chunks.append(chunk) }
      if chunks.isEmpty { return }
      for counts in try Workers.map(chunks, workers: workers, count) { try combine(counts) }
      byteCount += chunks.reduce(0) { $0 + $1.bytes.count }
      try progress("counting words", size == 0 ? 0 : min(1, Double(byteCount) / Double(size)))
    }
  }

  /// The size of all files; 0 when a size is not known.
  private var totalSize: Int {
    var total = 0
    for file in files {
      guard case .file(let size) = FileSystem.kind(file) else { return 0 }
      total += size
    }
    return total
  }
}
