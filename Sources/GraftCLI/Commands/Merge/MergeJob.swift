internal import Graft

/// Collects texts into batches, merges them, and hands them on.
struct MergeJob {
  let merger: DynamicMerger
  let limit: MergeLimit
  let batchSize: Int
  let addsSpecialTokens: Bool
  let sink: any MergeSink

  private(set) var statistics = MergeStatistics()
  /// Whether there was something that is no text, or that cannot be encoded.
  private(set) var hasFailed = false
  private var pending: [Entry] = []
  private var textCount = 0

  /// What has been read and is not in a batch yet.
  private enum Entry {
    case text(BaseSequence, bytes: Int, language: String?)
    case failure(String)
  }

  init(
    merger: DynamicMerger, limit: MergeLimit, batchSize: Int, addsSpecialTokens: Bool,
    sink: any MergeSink
  ) {
    self.merger = merger
    self.limit = limit
    self.batchSize = batchSize
    self.addsSpecialTokens = addsSpecialTokens
    self.sink = sink
  }

  /// Takes what was read next.
  mutating func add(_ entry: MergeInput.Entry) throws {
    try Interruption.check()
    switch entry {
    case .failure(let message): pending.append(.failure(message))
    case .text(let text, let language):
      do {
        let encoding = try merger.tokenizer.encode(text, addSpecialTokens: addsSpecialTokens)
        pending.append(
          .text(BaseSequence(encoding), bytes: text.utf8.count, language: language))
        textCount += 1
      } catch {
        pending.append(.failure("\(error)"))
      }
    }
    if textCount == batchSize { try mergeBatch() }
  }

  /// Merges what is left, and lets the sink finish.
  mutating func finish() throws {
    if !pending.isEmpty { try mergeBatch() }
    try sink.finish(statistics)
  }

  private mutating func mergeBatch() throws {
    var sequences: [BaseSequence] = []
    var texts: [(bytes: Int, language: String?)] = []
    for case .text(let sequence, let bytes, let language) in pending {
      sequences.append(sequence)
      texts.append((bytes, language))
    }
    // How far a batch can be merged is known when it has been merged.
    let merging = try merger.merges(of: sequences, check: Interruption.check)
    let count = merging.mergeCount(for: limit)
    statistics.add(merging, after: count, texts: texts)
    try sink.begin(merging, after: count)
    var index = 0
    for entry in pending {
      switch entry {
      case .text:
        try sink.write(text: index)
        index += 1
      case .failure(let message):
        hasFailed = true
        try sink.write(error: message)
      }
    }
    pending.removeAll()
    textCount = 0
  }
}

/// Where merged texts go: the batch first, then its texts and what was none, in the order of the input.
protocol MergeSink {
  func begin(_ merging: BatchMerging, after count: Int) throws
  func write(text index: Int) throws
  func write(error: String) throws
  func finish(_ statistics: MergeStatistics) throws
}

/// A directory.
struct DirectorySink: MergeSink {
  let files: MergedFiles

  func begin(_ merging: BatchMerging, after count: Int) throws {
    try files.begin(merging, after: count)
  }
  func write(text index: Int) throws { try files.write(text: index) }
  func write(error: String) throws { try files.write(error: error) }
  func finish(_ statistics: MergeStatistics) throws { try files.finish(statistics) }
}

/// Lines on standard output.
final class LineSink: MergeSink {
  private let lines: MergedLines
  private let output = BufferedWriter.standardOutput()
  private var current: (merging: BatchMerging, batch: MergedBatch)?

  init(lines: MergedLines) { self.lines = lines }

  func begin(_ merging: BatchMerging, after count: Int) {
    current = (merging, merging.batch(after: count))
  }

  func write(text index: Int) throws {
    guard let (merging, batch) = current else { return }
    try output.write(lines.line(index, of: batch, merging.sequences[index], rows: nil) + "\n")
  }

  func write(error: String) throws { try output.write(MergedLines.line(error: error) + "\n") }

  func finish(_ statistics: MergeStatistics) throws { try output.flush() }
}
