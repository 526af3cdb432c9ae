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
    let sequence = ScoredSequence(tokens)
    let buffer = try embed([tokens])
    try run(buffer, SequenceExtent.consecutive([tokens.count]))
    return try scores(of: [sequence.tokens[sequence.scored]], after: [0], in: buffer)[0]
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
    let batches = SequenceBatches(tokens, rowLimit: rowLimit(memoryBudget))
    return try batches.map(lengths: tokens.map(\.count), progress) { batch in
      let extents = SequenceExtent.consecutive(batch.map { tokens[$0].count })
      let buffer = try embed(batch.map { tokens[$0] })
      try run(buffer, extents)
      return try scores(
        of: batch.map { sequences[$0].tokens[sequences[$0].scored] },
        // A token's probability follows from the state before it.
        after: zip(batch, extents).map { $1.firstRow + sequences[$0].scored.lowerBound - 1 },
        in: buffer)
    }
  }

  /// The number of tokens for which a run stays within a number of bytes.
  func rowLimit(_ memoryBudget: Int) -> Int {
    let bytes = (DecoderPass.floatsPerRow(config) + hiddenSize) * MemoryLayout<Float>.stride
    return min(max(memoryBudget / bytes, 1), Self.largestBatch)
  }

  /// Scores tokens of sequences that have been run together.
  ///
  /// - Parameters:
  ///   - targets: consecutive tokens of each sequence.
  ///   - rows: the row of the state from which the first of them follows, for each sequence.
  ///   - buffer: the final states of all sequences.
  func scores(
    of targets: [ArraySlice<TokenID>], after rows: [Int], in buffer: RowBuffer
  ) throws(LanguageModelError) -> [[TokenScore]] {
    // States before no scored token are left out, since the output matrix is the largest of all.
    let states = zip(targets, rows).flatMap { targets, first in first..<(first + targets.count) }
    let selected = RowBuffer(rows: states.count, columns: hiddenSize)
    for (row, source) in states.enumerated() {
      selected[row].update(from: buffer[source], count: hiddenSize)
    }
    let scores = outputHead.scores(of: targets.flatMap { $0.map(Int.init) }, given: selected)
    try requireFinite(scores.allSatisfy(\.logProbability.isFinite))
    var start = 0
    return targets.map { targets in
      defer { start += targets.count }
      return Array(scores[start..<(start + targets.count)])
    }
  }
}
