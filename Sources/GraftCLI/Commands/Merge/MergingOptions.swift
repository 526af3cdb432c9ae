internal import ArgumentParser
internal import Graft

/// The options that say what merges and how far.
struct MergingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The texts that are merged together.", valueName: "count"))
  var batchSize = 32

  @Option(
    help: """
      What merged tokens stay within: the pieces into which the tokenizer cuts texts (pretoken), those of each pair \
      by itself as in the paper's program, words, words without punctuation at their end but hyphens, or sentences.
      """)
  var boundary = NamedValue(MergeBoundary.pretoken)

  func validate() throws {
    if batchSize < 1 { throw ValidationError("--batch-size must be at least 1.") }
  }
}

/// The options that say how rows of merged tokens are made.
struct MergedRowOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      How rows of new tokens are made: mean, weighted, first, last or first+last of the rows of their pieces, or any \
      method of `graft transplant`.
      """, valueName: "method"))
  var method: String?

  @Option(
    help: ArgumentHelp(
      """
      Another model, for methods that need one (omp-8): its row of a new token, or the mean of the rows of its pieces \
      there, is what the row is made from.
      """, valueName: "model"))
  var donor: String?

  @Option(
    help: ArgumentHelp(
      "A hypernetwork of the model, for the method hypernet, which it chooses.", valueName: "dir"))
  var hypernet: String?

  @Option(
    help: ArgumentHelp(
      "The language of the texts, for a hypernetwork that tells languages apart.",
      valueName: "code"))
  var language: String?

  @Option(help: ArgumentHelp("How many rows are kept for later batches.", valueName: "count"))
  var cacheRows = MergedRows.defaultCapacity

  func validate() throws {
    if language != nil && hypernet == nil {
      throw ValidationError("--language goes with --hypernet.")
    }
    if cacheRows < 1 { throw ValidationError("--cache-rows must be at least 1.") }
    do {
      _ = try embeddingMethod()
    } catch {
      throw ValidationError("\(error)")
    }
  }

  /// The method that is asked for. `mean` is that of a token's pieces here: the mean of all rows, which it is for a
  /// transplant, says nothing of a token that is spelled by others.
  func embeddingMethod() throws(MethodError) -> any EmbeddingMethod {
    let name = method ?? (hypernet == nil ? "mean" : HypernetworkRows().name)
    return try MethodNotation.method(name == "mean" ? PieceRows.Weights.mean.rawValue : name)
  }

  /// What makes the rows.
  func rows(of model: ModelDirectory) throws -> MergedRows {
    try MergedRows(
      model, donor: donor.map { try ModelDirectory($0) },
      hypernetwork: hypernet.map {
        try HypernetworkSource(Hypernetwork($0), reading: model, language: language)
      }, method: embeddingMethod(), capacity: cacheRows)
  }
}
