internal import ByteIO
internal import Tokenization

/// Notes how far training has come: the name of the stage and the share of it that is done. What it
/// throws ends the training.
public typealias TrainingProgress = (_ stage: String, _ fraction: Double) throws -> Void

/// The texts that a tokenizer is learned from.
public struct Corpus: Sendable {
  /// How files hold texts.
  public enum Format: String, Sendable, CaseIterable {
    /// Every line is a text, its newline included, as where Hugging Face's `train` reads files. Lines
    /// of more than 4 MB are cut.
    case lines
    /// Every line is a JSON object whose `"text"` is a text, as where `train_from_iterator` takes
    /// strings.
    case jsonLines = "jsonl"
  }

  /// The files, read in this order; standard input when there are none.
  public var files: [String]
  public var format: Format

  public init(files: [String], format: Format = .lines) {
    self.files = files
    self.format = format
  }

  /// Counts the words of all texts.
  ///
  /// The corpus is read as a stream: memory holds a few chunks and the counts. The result does not
  /// depend on `threadCount`.
  ///
  /// - Parameters:
  ///   - pipeline: how texts are normalized and cut.
  ///   - keepsBytes: whether words stay plain bytes where the byte alphabet would spell them last, as
  ///     `BPETrainer` takes them; see `WordCounts.areBytes`.
  ///   - threadCount: the number of threads; as many as there are cores when it is `nil`.
  ///   - memoryBudget: what the counts may take, in bytes; see `WordCounts.dropRarest(toFit:)`.
  /// - Throws: `FileError` when a file cannot be read, `CorpusError` when it is not a text,
  ///   `TokenizerError` when the pipeline is not valid, and what `progress` throws.
  public func countWords(
    _ pipeline: TrainingPipeline, keepsBytes: Bool = false, threadCount: Int? = nil,
    memoryBudget: Int = 2 << 30, progress: TrainingProgress = { _, _ in }
  ) throws -> WordCounts {
    let splitter = try WordSplitter(
      normalizer: pipeline.normalizer, preTokenizer: pipeline.preTokenizer, keepsBytes: keepsBytes)
    var counts = WordCounts(areBytes: splitter.yieldsBytes)
    try forEachChunk(threadCount: threadCount, progress: progress) { chunk throws(CorpusError) in
      try words(of: chunk, splitter)
    } combine: {
      counts.add(contentsOf: $0)
      counts.dropRarest(toFit: memoryBudget)
    }
    return counts
  }

  private func words(
    of chunk: CorpusReader.Chunk, _ splitter: WordSplitter
  ) throws(CorpusError) -> WordCounts {
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
