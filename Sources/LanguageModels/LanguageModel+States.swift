public import Tensors
public import Tokenization

/// Hidden states and the probabilities that follow from them.
extension LanguageModel {
  /// The states after the last layer and its normalisation, which the output matrix is applied to.
  ///
  /// - Returns: n × `hiddenSize`, a row for each token.
  /// - Throws: `LanguageModelError` when there is no token, or one without a row, or the weights hold
  ///   numbers that are not finite.
  public func hiddenStates(of tokens: [TokenID]) throws(LanguageModelError) -> Matrix {
    try hiddenStates(embed([tokens]))
  }

  /// The same for inputs that are embeddings and no tokens.
  ///
  /// - Parameter embeddings: n × `hiddenSize`, as `embeddings(of:)` makes them.
  /// - Returns: n × `hiddenSize`.
  /// - Throws: `LanguageModelError` also when the rows have another width.
  public func hiddenStates(
    ofEmbeddings embeddings: Matrix
  ) throws(LanguageModelError) -> Matrix {
    guard embeddings.columns == hiddenSize else {
      throw LanguageModelError(
        directory, .wrongWidth(width: embeddings.columns, expected: hiddenSize))
    }
    return try hiddenStates(RowBuffer(embeddings))
  }

  private func hiddenStates(_ buffer: RowBuffer) throws(LanguageModelError) -> Matrix {
    try run(buffer, SequenceExtent.consecutive([buffer.rows]))
    let states = buffer.matrix(rows: 0..<buffer.rows)
    try requireFinite(states.view.firstNonFiniteRow == nil)
    return states
  }

  /// The mean of the final states over all tokens of all sequences.
  ///
  /// - Returns: `hiddenSize` elements.
  /// - Throws: as `hiddenStates(of:)`.
  public func meanHiddenState(
    of sequences: [[TokenID]], memoryBudget: Int = defaultMemoryBudget
  ) throws(LanguageModelError) -> [Float] {
    guard !sequences.isEmpty else { throw LanguageModelError(directory, .emptySequence) }
    var sums = [Double](repeating: 0, count: hiddenSize)
    let batches = SequenceBatches(sequences, rowLimit: rowLimit(memoryBudget))
    for batch in batches.batches {
      let parts = batch.map { sequences[$0] }
      let buffer = try embed(parts)
      try run(buffer, SequenceExtent.consecutive(parts.map(\.count)))
      for row in 0..<buffer.rows {
        for index in 0..<hiddenSize { sums[index] += Double(buffer[row][index]) }
      }
    }
    let count = Double(sequences.reduce(0) { $0 + $1.count })
    try requireFinite(sums.allSatisfy(\.isFinite))
    return sums.map { Float($0 / count) }
  }

  // MARK: Reading on

  /// A cache for a text of which nothing has been read.
  public func makeCache() -> KeyValueCache { KeyValueCache(config) }

  /// Reads tokens and tells how probable each token of the vocabulary is as the next one.
  ///
  /// - Parameters:
  ///   - tokens: what comes after the tokens that the cache holds; at least one.
  ///   - cache: grows by `tokens`. Made by `makeCache()` of this model.
  /// - Returns: `vocabularySize` log-probabilities in nats.
  /// - Throws: as `hiddenStates(of:)`; the cache must then not be used any more.
  public func nextTokenLogProbabilities(
    after tokens: [TokenID], cache: KeyValueCache
  ) throws(LanguageModelError) -> [Float] {
    try nextTokenLogProbabilities(embed([tokens]), cache)
  }

  /// The same for inputs that are embeddings and no tokens.
  ///
  /// - Parameter embeddings: n × `hiddenSize`, as `embeddings(of:)` makes them.
  public func nextTokenLogProbabilities(
    afterEmbeddings embeddings: Matrix, cache: KeyValueCache
  ) throws(LanguageModelError) -> [Float] {
    guard embeddings.columns == hiddenSize else {
      throw LanguageModelError(
        directory, .wrongWidth(width: embeddings.columns, expected: hiddenSize))
    }
    return try nextTokenLogProbabilities(RowBuffer(embeddings), cache)
  }

  private func nextTokenLogProbabilities(
    _ buffer: RowBuffer, _ cache: KeyValueCache
  ) throws(LanguageModelError) -> [Float] {
    let result = outputHead.logProbabilities(given: try finalState(buffer, cache))
    try requireFinite(result.allSatisfy(\.isFinite))
    return result
  }

  /// Reads tokens and gives the final state of the last one, which the output matrix is applied to.
  ///
  /// - Parameters:
  ///   - tokens: what comes after the tokens that the cache holds; at least one.
  ///   - cache: grows by `tokens`. Made by `makeCache()` of this model.
  /// - Returns: `hiddenSize` elements.
  /// - Throws: as `hiddenStates(of:)`; the cache must then not be used any more.
  public func finalState(
    after tokens: [TokenID], cache: KeyValueCache
  ) throws(LanguageModelError) -> [Float] {
    let state = try finalState(embed([tokens]), cache).matrix(rows: 0..<1).row(0)
    try requireFinite(state.allSatisfy(\.isFinite))
    return state
  }

  private func finalState(
    _ buffer: RowBuffer, _ cache: KeyValueCache
  ) throws(LanguageModelError) -> RowBuffer {
    let extent = SequenceExtent(firstRow: 0, count: buffer.rows, firstPosition: cache.count)
    try run(buffer, [extent], caches: [cache])
    return RowBuffer(buffer.matrix(rows: (buffer.rows - 1)..<buffer.rows))
  }

  /// The logits of all tokens after a final state.
  public func logits(after state: [Float]) -> [Float] {
    precondition(state.count == hiddenSize)
    let logits = outputHead.logits(given: RowBuffer(Matrix([state])))
    return logits.matrix(rows: 0..<1).row(0)
  }

  /// The logit that the product of a final state and a token's output row makes, with the token's bias
  /// added: some architectures bound it.
  public func logit(ofProduct product: Float) -> Float { outputHead.logit(ofProduct: product) }

  /// From final states to probabilities.
  var outputHead: OutputHead { OutputHead(weight: weights.head, cap: config.logitCap) }
}
