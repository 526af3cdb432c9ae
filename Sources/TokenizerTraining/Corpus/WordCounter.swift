internal import ByteIO
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
    if let invalid = UTF8Validation.firstInvalidByte(in: chunk.bytes[...]) {
      throw CorpusError(
        source: chunk.source, offset: chunk.offset + invalid, problem: .invalidUTF8)
    }
    // Each different segment goes through the pipeline once.
    var segments = WordCounts()
    try forEachText(of: chunk) { text in
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

  /// Calls `body` with every text of a chunk.
  private func forEachText(
    of chunk: CorpusReader.Chunk, _ body: (ArraySlice<UInt8>) -> Void
  ) throws(CorpusError) {
    var start = 0
    while start < chunk.bytes.count {
      let newline = chunk.bytes[start...].firstIndex(of: UInt8(ascii: "\n"))
      let end = newline.map { $0 + 1 } ?? chunk.bytes.count
      let line = chunk.bytes[start..<end]
      switch format {
      case .lines: body(line)
      case .jsonLines:
        do {
          body(try document(line)[...])
        } catch {
          throw CorpusError(
            source: chunk.source, offset: chunk.offset + start,
            problem: .badDocument(error.message))
        }
      }
      start = end
    }
  }

  /// The text of a line of JSON; an empty line is an empty text.
  private func document(_ line: ArraySlice<UInt8>) throws(JSONError) -> [UInt8] {
    let isEmpty = line.allSatisfy { $0 == 0x0A || $0 == 0x0D || $0 == 0x20 || $0 == 0x09 }
    if isEmpty { return [] }
    let text = try JSON(parsing: Array(line), source: "document").required("text")
    guard let bytes = text.utf8 else { throw text.unexpected("a string") }
    return bytes
  }
}
