public import Tokenization

/// What a model says of one token, given those before it.
public struct TokenScore: Sendable, Equatable {
  /// In nats.
  public let logProbability: Double
  /// Whether no other token is more probable.
  public let isMostProbable: Bool
}

/// A sequence of which some tokens are scored.
public struct ScoredSequence: Sendable, Equatable {
  public var tokens: [TokenID]
  /// The positions of the tokens that are scored. The first token of a sequence never is: nothing
  /// stands before it.
  public var scored: Range<Int>

  /// - Parameter scored: all but the first token when it is `nil`.
  public init(_ tokens: [TokenID], scored: Range<Int>? = nil) {
    self.tokens = tokens
    let all = 1..<max(tokens.count, 1)
    self.scored = scored.map { $0.clamped(to: all) } ?? all
  }
}

extension LanguageModel {
  /// The working memory that a run stays within unless a single sequence needs more, in bytes.
  public static let defaultMemoryBudget = 1 << 30

  /// The tokens that are run together at most, however much memory there is: beyond that batches only
  /// leave the processor's caches.
  private static let largestBatch = 4096

  /// The log-probability of each token but the first, given those before it.
  ///
  /// - Returns: one element fewer than `tokens`; element i is about token i + 1.
  /// - Throws: `LanguageModelError` when there is no token, or one without a row, or the weights hold
  ///   numbers that are not finite.
  public func scores(of tokens: [TokenID]) throws(LanguageModelError) -> [TokenScore] {
    try scores(ofBatch: [ScoredSequence(tokens)])[0]
  }

  /// Scores tokens of several sequences.
  ///
  /// - Parameters:
  ///   - memoryBudget: the working memory to stay within, in bytes.
  ///   - progress: is told the share of tokens that are done; what it throws ends the work.
  /// - Returns: for each sequence, an element for each of its scored positions.
  /// - Throws: as `scores(of:)`, and what `progress` throws.
  public func scores(
    of sequences: [ScoredSequence], memoryBudget: Int = defaultMemoryBudget,
    progress: (_ fraction: Double) throws -> Void = { _ in }
  ) throws -> [[TokenScore]] {
    let tokens = sequences.map(\.tokens)
    let total = max(tokens.reduce(0) { $0 + $1.count }, 1)
    var result = [[TokenScore]](repeating: [], count: sequences.count)
    var done = 0
    for batch in SequenceBatches(tokens, rowLimit: rowLimit(memoryBudget)).batches {
      for (index, scores) in zip(batch, try scores(ofBatch: batch.map { sequences[$0] })) {
        result[index] = scores
      }
      done += batch.reduce(0) { $0 + tokens[$1].count }
      try progress(Double(done) / Double(total))
    }
    return result
  }

  /// The number of tokens for which a run stays within a number of bytes.
  func rowLimit(_ memoryBudget: Int) -> Int {
    let bytes = (DecoderPass.floatsPerRow(config) + hiddenSize) * MemoryLayout<Float>.stride
    return min(max(memoryBudget / bytes, 1), Self.largestBatch)
  }

  /// Scores sequences that are run together.
  private func scores(
    ofBatch sequences: [ScoredSequence]
  ) throws(LanguageModelError) -> [[TokenScore]] {
    let extents = SequenceExtent.consecutive(sequences.map(\.tokens.count))
    let buffer = try embed(sequences.map(\.tokens))
    try run(buffer, extents)
    // A token's probability follows from the state before it; states before no scored token are left
    // out, since the output matrix is the largest of all.
    var states: [Int] = []
    var targets: [Int] = []
    for (sequence, extent) in zip(sequences, extents) {
      for position in sequence.scored {
        let token = sequence.tokens[position]
        states.append(extent.firstRow + position - 1)
        targets.append(Int(token))
      }
    }
    let selected = RowBuffer(rows: states.count, columns: hiddenSize)
    for (row, source) in states.enumerated() {
      selected[row].update(from: buffer[source], count: hiddenSize)
    }
    let scores = outputHead.scores(of: targets, given: selected)
    try requireFinite(scores.allSatisfy(\.logProbability.isFinite))
    var start = 0
    return sequences.map { sequence in
      defer { start += sequence.scored.count }
      return Array(scores[start..<(start + sequence.scored.count)])
    }
  }
}
