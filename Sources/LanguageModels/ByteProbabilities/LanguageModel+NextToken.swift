public import Tokenization

/// A language model as a source of token probabilities, with what it has read kept in caches.
public struct NextTokenReader: NextTokenModel {
  public let model: LanguageModel
  /// The token that a text begins with.
  public let beginning: TokenID
  /// The longest context that is read. A longer text goes on from its last half.
  public let context: Int

  /// - Parameter context: the longest context, at least 4; without it, that of `TextEvaluator`.
  public init(_ model: LanguageModel, beginning: TokenID, context: Int? = nil) {
    self.model = model
    self.beginning = beginning
    self.context = max(context ?? min(model.contextLength, TextEvaluator.longestContext), 4)
  }

  /// What has been read, and what follows from it.
  public final class State {
    /// The tokens in the cache.
    let tokens: [TokenID]
    let cache: KeyValueCache
    let logProbabilities: [Float]

    init(tokens: [TokenID], cache: KeyValueCache, logProbabilities: [Float]) {
      self.tokens = tokens
      self.cache = cache
      self.logProbabilities = logProbabilities
    }
  }

  public func start() throws(LanguageModelError) -> State {
    try read([beginning], after: [], model.makeCache())
  }

  public func state(
    after state: State, reading tokens: [TokenID]
  ) throws(LanguageModelError) -> State {
    guard state.tokens.count + tokens.count > context else {
      return try read(tokens, after: state.tokens, state.cache.copy())
    }
    let all = state.tokens + tokens
    return try read([beginning] + all.suffix(context / 2), after: [], model.makeCache())
  }

  public func logProbabilities(in state: State) -> [Double] {
    state.logProbabilities.map(Double.init)
  }

  private func read(
    _ tokens: [TokenID], after known: [TokenID], _ cache: KeyValueCache
  ) throws(LanguageModelError) -> State {
    let next = try model.nextTokenLogProbabilities(after: tokens, cache: cache)
    return State(tokens: known + tokens, cache: cache, logProbabilities: next)
  }
}
