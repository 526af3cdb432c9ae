public import Tensors
public import Tokenization

/// A sequence whose inputs are rows and not tokens, and the tokens that are expected at its end.
public struct EmbeddedSequence: Sendable {
  /// Rows as the input matrix stores them, not yet scaled where the architecture scales embeddings and without those
  /// of positions: n × `hiddenSize`.
  public var rows: Matrix
  /// The tokens that are scored: the last follows from the last row, the one before it from the row before, and so on.
  public var targets: [TokenID]

  /// - Parameter targets: at most as many as there are rows.
  public init(rows: Matrix, targets: [TokenID]) {
    precondition(targets.count <= rows.rows)
    self.rows = rows
    self.targets = targets
  }
}

extension LanguageModel {
  /// Scores the tokens that are expected in sequences of input rows: what transformers does with `inputs_embeds`.
  ///
  /// The rows of a sequence stand at the positions from 0 on, so that a prompt of fewer rows takes fewer positions.
  ///
  /// - Parameters:
  ///   - memoryBudget: the working memory to stay within, in bytes.
  ///   - progress: is told the share of rows that are done; what it throws ends the work.
  /// - Returns: for each sequence, an element for each of its targets.
  /// - Throws: `LanguageModelError` when a sequence has no row or rows of another width, there is no such token, or
  ///   the weights hold numbers that are not finite; and what `progress` throws.
  public func scores(
    of sequences: [EmbeddedSequence], memoryBudget: Int = defaultMemoryBudget,
    progress: (_ fraction: Double) throws -> Void = { _ in }
  ) throws -> [[TokenScore]] {
    for sequence in sequences {
      guard sequence.rows.columns == hiddenSize else {
        throw LanguageModelError(
          directory, .wrongWidth(width: sequence.rows.columns, expected: hiddenSize))
      }
      if let token = sequence.targets.first(where: { $0 >= vocabularySize }) {
        throw LanguageModelError(directory, .tokenOutOfRange(id: token, rows: vocabularySize))
      }
    }
    let lengths = sequences.map(\.rows.rows)
    let batches = SequenceBatches(lengths: lengths, rowLimit: rowLimit(memoryBudget))
    return try batches.map(lengths: lengths, progress) { batch in
      let extents = SequenceExtent.consecutive(batch.map { lengths[$0] })
      let buffer = RowBuffer(rows: batch.reduce(0) { $0 + lengths[$1] }, columns: hiddenSize)
      for (index, extent) in zip(batch, extents) where extent.count > 0 {
        buffer.copy(sequences[index].rows, firstRow: extent.firstRow)
      }
      buffer.scale(by: config.embeddingScale)
      try run(buffer, extents)
      return try scores(
        of: batch.map { sequences[$0].targets[...] },
        after: zip(batch, extents).map { $1.firstRow + $1.count - sequences[$0].targets.count },
        in: buffer)
    }
  }
}
