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
  private var pending: [MergeInput.Entry] = []
  private var textCount = 0

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
    if case .text = entry { textCount += 1 }
    pending.append(entry)
    if textCount == batchSize { try mergeBatch() }
  }

  /// Merges what is left, and lets the sink finish.
  mutating func finish() throws {
    if !pending.isEmpty { try mergeBatch() }
    try sink.finish(statistics)
  }

  private mutating func mergeBatch() throws {
    let (encodings, texts) = try encode()
    var sequences: [BaseSequence] = []
    for case .success(let encoding) in encodings { sequences.append(BaseSequence(encoding)) }
    // How far a batch can be merged is known when it has been merged.
    let merging = try merger.merges(of: sequences, check: Interruption.check)
    let count = merging.mergeCount(for: limit)
    statistics.add(merging, after: count, texts: texts)
    try sink.begin(merging, after: count)
    var index = 0
    var encoded = encodings.makeIterator()
    for entry in pending {
      switch entry {
      case .failure(let message): try fail(message)
      case .text:
        switch encoded.next() {
        case .success:
          try sink.write(text: index)
          index += 1
        case .failure(let error): try fail("\(error)")
        case nil: break
        }
      }
    }
    pending.removeAll()
    textCount = 0
  }

  private mutating func fail(_ message: String) throws {
    hasFailed = true
    try sink.write(error: message)
  }

  /// Encodes the texts of a batch, all at once unless one of them cannot be.
  ///
  /// - Returns: the tokens of each, and the size and the language of those that have any.
  private func encode() throws -> (
    encodings: [Result<Encoding, TokenizerError>], texts: [(bytes: Int, language: String?)]
  ) {
    var texts: [(text: String, language: String?)] = []
    for case .text(let text, let language) in pending { texts.append((text, language)) }
    let options = EncodingOptions(addsSpecialTokens: addsSpecialTokens)
    let encodings: [Result<Encoding, TokenizerError>]
    if let all = try? merger.tokenizer.encodeBatch(texts.map(\.text), options: options) {
      encodings = all.map { .success($0) }
    } else {
      encodings = texts.map { text in
        Result { () throws(TokenizerError) in
          try merger.tokenizer.encode(text.text, options: options)
        }
      }
    }
    let sizes = zip(texts, encodings).compactMap { text, encoding in
      (try? encoding.get()).map { _ in (bytes: text.text.utf8.count, language: text.language) }
    }
    return (encodings, sizes)
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
