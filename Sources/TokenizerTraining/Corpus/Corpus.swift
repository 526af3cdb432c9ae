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
    var counter = WordCounter(
      splitter, format, threadCount: threadCount ?? ProcessorCount.available,
      memoryBudget: memoryBudget)
    var reader = CorpusReader(files, format)
    let size = totalSize
    while true {
      let count = try counter.count(&reader)
      if count == 0 { break }
      let share = size == 0 ? 0 : Double(counter.byteCount) / Double(size)
      try progress("counting words", min(1, share))
    }
    return counter.counts
  }

  /// The size of all files; 0 when a size is not known.
  var totalSize: Int {
    var total = 0
    for file in files {
      guard case .file(let size) = FileSystem.kind(file) else { return 0 }
      total += size
    }
    return total
  }
}
