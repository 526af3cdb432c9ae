internal import Dispatch
internal import Synchronization
internal import Tokenization

/// Counts words on several threads.
///
/// Each chunk is counted by itself, and the counts of chunks are added up in the order of the text:
/// nothing depends on which thread counts which chunk.
struct WordCounter {
  private let splitter: WordSplitter
  private let format: Corpus.Format
  private let threadCount: Int
  private let memoryBudget: Int
  private(set) var counts: WordCounts
  /// How much has been counted, in bytes.
  private(set) var byteCount = 0

  init(_ splitter: WordSplitter, _ format: Corpus.Format, threadCount: Int, memoryBudget: Int) {
    self.splitter = splitter
    self.format = format
    self.threadCount = max(1, threadCount)
    self.memoryBudget = memoryBudget
    counts = WordCounts(areBytes: splitter.yieldsBytes)
  }

  /// Counts the next few chunks.
  ///
  /// - Returns: how many there were; 0 at the end of the corpus.
  mutating func count(_ reader: inout CorpusReader) throws -> Int {
    var chunks: [CorpusReader.Chunk] = []
    while chunks.count < 4 * threadCount, let chunk = try reader.next() { chunks.append(chunk) }
    for result in countEach(chunks) {
      counts.add(contentsOf: try result.get())
      counts.dropRarest(toFit: memoryBudget)
    }
    byteCount += chunks.reduce(0) { $0 + $1.bytes.count }
    return chunks.count
  }

  private func countEach(_ chunks: [CorpusReader.Chunk]) -> [Result<WordCounts, CorpusError>] {
    let results = Mutex<[Int: Result<WordCounts, CorpusError>]>([:])
    let cursor = Atomic<Int>(0)
    @Sendable func work() {
      while true {
        let index = cursor.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < chunks.count else { return }
        let result = Result { () throws(CorpusError) in try words(of: chunks[index]) }
        results.withLock { $0[index] = result }
      }
    }
    if threadCount == 1 {
      work()
    } else {
      DispatchQueue.concurrentPerform(iterations: min(threadCount, chunks.count)) { _ in work() }
    }
    return results.withLock { results in chunks.indices.compactMap { results[$0] } }
  }

  /// The words of one chunk.
  private func words(of chunk: CorpusReader.Chunk) throws(CorpusError) -> WordCounts {
    // Each different segment goes through the pipeline once.
    var segments = WordCounts()
    try chunk.forEachText(format) { text in
      text.withUnsafeBytes { splitter.forEachSegment(of: $0) { segments.add($0) } }
    }
    var words = WordCounts(areBytes: splitter.yieldsBytes)
    for index in 0..<segments.count {
      do {
        let occurrences = segments.occurrences(at: index)
        try splitter.forEachWord(of: segments.word(at: index)) {
          words.add($0, occurrences: occurrences)
        }
      } catch {
        throw CorpusError(
          source: chunk.source, offset: chunk.offset, problem: .unsplittable("\(error)"))
      }
    }
    return words
  }
}
