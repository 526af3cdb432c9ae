public import LanguageModels
internal import Surgery
internal import Tensors
internal import Tokenization

/// Measures what merging a prompt costs a model: how well it predicts the text that follows.
///
/// Documents are cut into prompts and continuations. The model reads the token that begins documents, then the rows of
/// the merged prompt, then the continuation in ordinary tokens, whose log-likelihood is what counts: its output matrix
/// has the original tokens alone. The continuation is the same text in the same tokens however far the prompts are
/// merged, so that bits per byte differ by what the model has understood of the prompt, and by nothing else. The prompts
/// of a batch are merged together; each of their tokens takes one position.
public struct PromptEvaluator {
  public let evaluator: TextEvaluator
  public let rows: MergedRows
  private let merger: DynamicMerger
  private let prompts: [ContinuedPrompt]
  /// A merging for each batch of prompts.
  private let mergings: [BatchMerging]
  private let batchSize: Int

  /// How well the model predicts the continuations after prompts that are merged so far.
  public struct Measurement: Sendable, Equatable {
    /// How far the prompts were merged.
    public let limit: MergeLimit
    /// The merges of all batches.
    public let merges: Int
    /// The tokens of the prompts, without those that begin them.
    public let promptTokens: Int
    /// What was measured on the continuations: their bytes and tokens.
    public let continuations: TextEvaluation
  }

  /// Cuts and merges documents.
  ///
  /// - Parameters:
  ///   - documents: UTF-8.
  ///   - boundary: what merged tokens stay within.
  ///   - batchSize: the prompts that are merged together, at least 1.
  ///   - share: how much of a part of a document is its prompt, between 0 and 1.
  ///   - check: is called now and then; what it throws ends the work.
  /// - Throws: `EvaluationError.noText` when no document has a prompt and a continuation, `TokenizerError`, `MergeError`.
  public init(
    _ evaluator: TextEvaluator, rows: MergedRows, documents: [[UInt8]],
    boundary: MergeBoundary = .pretoken, batchSize: Int = 32, share: Double = 0.5,
    check: () throws -> Void = {}
  ) throws {
    self.evaluator = evaluator
    self.rows = rows
    self.batchSize = batchSize
    merger = try DynamicMerger(evaluator.tokenizer, boundary: boundary)
    // Prompts end where pieces do, whatever the boundary, so that all boundaries are measured on the same.
    let pieces = try DynamicMerger(evaluator.tokenizer)
    var prompts: [ContinuedPrompt] = []
    for document in documents {
      try check()
      let encoding = try evaluator.tokenizer.encode(utf8: document, addSpecialTokens: false)
      let sequence = BaseSequence(encoding)
      if let id = (sequence.ids + [evaluator.start]).first(where: { $0 >= rows.base.rows }) {
        throw MergeError.noRow(token: id, rows: rows.base.rows)
      }
      prompts += ContinuedPrompt.parts(
        of: sequence, bytes: document.count, pieces: pieces.runStarts(of: sequence),
        limit: evaluator.context - 1, share: share)
    }
    guard !prompts.isEmpty else { throw EvaluationError.noText }
    self.prompts = prompts
    var mergings: [BatchMerging] = []
    for start in stride(from: 0, to: prompts.count, by: batchSize) {
      let batch = prompts[start..<min(start + batchSize, prompts.count)]
      mergings.append(try merger.merges(of: batch.map(\.prompt), check: check))
    }
    self.mergings = mergings
  }

  /// The number of prompts.
  public var promptCount: Int { prompts.count }

  /// Measures the model on prompts that are merged so far.
  ///
  /// - Throws: `LanguageModelError`, what making rows throws, and what `progress` throws.
  public func measure(
    _ limit: MergeLimit, progress: TextEvaluator.Progress = { _ in }
  ) throws -> Measurement {
    var (merges, promptTokens, nats) = (0, 0, 0.0)
    var (tokens, bytes, mostProbable) = (0, 0, 0)
    for (number, merging) in mergings.enumerated() {
      let count = merging.mergeCount(for: limit)
      let batch = merging.batch(after: count)
      let batchRows = try rows.rows(for: batch)
      let parts = prompts[(number * batchSize)...].prefix(batch.sequences.count)
      let sequences = zip(parts, batch.sequences).map { part, merged in
        EmbeddedSequence(
          rows: inputs(batchRows.inputs(for: merged), part), targets: part.continuation)
      }
      let scores = try evaluator.model.scores(
        of: sequences, memoryBudget: evaluator.memoryBudget
      ) { fraction in
        try progress((Double(number) + fraction) / Double(mergings.count))
      }.flatMap { $0 }
      merges += count
      promptTokens += batch.length
      nats -= scores.reduce(0) { $0 + $1.logProbability }
      tokens += scores.count
      bytes += parts.reduce(0) { $0 + $1.continuationBytes }
      mostProbable += scores.count { $0.isMostProbable }
    }
    return Measurement(
      limit: limit, merges: merges, promptTokens: promptTokens,
      continuations: TextEvaluation(
        documents: prompts.count, bytes: bytes, tokens: tokens, nats: nats,
        mostProbable: mostProbable))
  }

  /// What the model reads: the token that begins documents, the prompt, and the continuation but for its last token.
  private func inputs(_ prompt: Matrix, _ part: ContinuedPrompt) -> Matrix {
    let continuation = part.continuation.dropLast()
    var result = Matrix(
      rows: 1 + prompt.rows + continuation.count, columns: prompt.columns)
    result.withMutableElements { elements in
      func row(_ index: Int) -> UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(
          rebasing: elements[(index * prompt.columns)...].prefix(prompt.columns))
      }
      func copy(_ token: TokenID, to index: Int) {
        rows.base.copyRows(Int(token)..<(Int(token) + 1), into: row(index))
      }
      copy(evaluator.start, to: 0)
      for index in 0..<prompt.rows {
        prompt.withRow(index) { _ = row(1 + index).update(fromContentsOf: $0) }
      }
      for (index, token) in continuation.enumerated() {
        copy(token, to: 1 + prompt.rows + index)
      }
    }
    return result
  }
}
