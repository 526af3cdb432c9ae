public import ByteIO

/// Writes what merging yields into a directory, batch by batch.
///
/// `tokens.jsonl` has a line for every text and `merges.jsonl` one for every merge, as `MergedLines` writes them;
/// `curve.csv` and `curve.svg` show how tokens become fewer, and `statistics.json` counts them. With rows there are
/// also `dynamic-embeddings.safetensors`, see `RowFiles`, and `surfaces.json`: the new tokens in the order of their
/// rows, spelled in GPT-2's byte alphabet.
public final class MergedFiles {
  private let directory: AtomicDirectory
  private let lines: MergedLines
  private let tokens: OutputFile
  private let merges: OutputFile
  private let rows: RowFiles?
  private var curve = ReductionCurve()
  private var batchCount = 0
  /// The batch whose texts are being written, and the rows of its units.
  private var current: (merging: BatchMerging, batch: MergedBatch, rows: [Int32]?)?

  /// - Parameters:
  ///   - rows: what makes the rows, where these are wanted.
  ///   - replacing: whether a directory that is there is replaced.
  /// - Throws: `FileError`.
  public init(
    destination: String, _ merger: DynamicMerger, rows: MergedRows?, replacing: Bool = false
  ) throws(FileError) {
    directory = try AtomicDirectory(destination: destination, replacing: replacing)
    lines = MergedLines(merger)
    tokens = try OutputFile(creating: directory.path("tokens.jsonl"))
    merges = try OutputFile(creating: directory.path("merges.jsonl"))
    self.rows = try rows.map { [directory] rows throws(FileError) in
      try RowFiles(in: directory, rows)
    }
  }

  /// Writes the merges of a batch and, where they are wanted, the rows of its new tokens. Its texts follow.
  ///
  /// - Parameters:
  ///   - merging: all merges, for the curve.
  ///   - count: how many of them are made.
  /// - Throws: what making rows throws, and `FileError`.
  public func begin(_ merging: BatchMerging, after count: Int) throws {
    curve.add(merging)
    let batch = merging.batch(after: count)
    for index in 0..<count {
      try merges.write(lines.line(merging.merge(index), batch: batchCount) + "\n")
    }
    batchCount += 1
    current = (merging, batch, try rows?.write(batch))
  }

  /// Writes a text of the batch that was begun last.
  public func write(text index: Int) throws {
    guard let (merging, batch, places) = current else { return }
    try tokens.write(
      lines.line(index, of: batch, merging.sequences[index], rows: places) + "\n")
    if let places {
      try rows?.write(text: batch.sequences[index].units.map { places[Int($0)] })
    }
  }

  /// Writes a line for an input that is no text.
  public func write(error: String) throws {
    try tokens.write(MergedLines.line(error: error) + "\n")
    try rows?.write(text: [])
  }

  /// Writes what is known at the end, and lets the directory appear.
  public func finish(_ statistics: MergeStatistics) throws {
    try tokens.finish()
    try merges.finish()
    try rows?.finish()
    for (name, text) in [
      ("curve.csv", curve.csv), ("curve.svg", curve.svg),
      ("statistics.json", statistics.json + "\n"),
    ] {
      let file = try OutputFile(creating: directory.path(name))
      try file.write(text)
      try file.finish()
    }
    try directory.commit()
  }
}
