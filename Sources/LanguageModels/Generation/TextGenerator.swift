public import Tokenization

/// Lets a model go on with a text, token by token.
///
/// ```swift
/// let model = try LanguageModel("models/llama-3.2-1b")
/// let generator = TextGenerator(model, ends: [128_001])
/// let tokens = try generator.tokens(after: prompt, limit: 100)
/// ```
public struct TextGenerator: Sendable {
  public let model: LanguageModel
  /// What knows which tokens may come next.
  public let source: any CandidateSource
  /// The tokens that end a text.
  public var ends: Set<TokenID>
  public var rules = SamplingRules()
  /// Equal seeds give equal texts.
  public var seed: UInt64 = 0

  /// - Parameter source: all tokens of the model when it is `nil`.
  public init(
    _ model: LanguageModel, source: (any CandidateSource)? = nil, ends: Set<TokenID> = []
  ) {
    self.model = model
    self.source = source ?? AllTokens(model)
    self.ends = ends
  }

  /// The tokens that come after a prompt, without one that ends the text.
  ///
  /// - Parameters:
  ///   - prompt: at least one token.
  ///   - limit: how many there are at most. There are no more either when prompt and text fill the
  ///     context that the model was made for.
  ///   - body: is told every token as soon as it is known; what it throws ends the work.
  /// - Throws: `LanguageModelError`, what `source` and `body` throw.
  @discardableResult
  public func tokens(
    after prompt: [TokenID], limit: Int, _ body: (TokenID) throws -> Void = { _ in }
  ) throws -> [TokenID] {
    let cache = model.makeCache()
    var generator = SplitMix64(seed: seed)
    var seen = Set(prompt)
    var tokens: [TokenID] = []
    var unread = prompt
    while tokens.count < limit, prompt.count + tokens.count <= model.contextLength {
      let state = try model.finalState(after: unread, cache: cache)
      let candidates = try source.candidates(after: state, including: ends)
      guard !candidates.isEmpty else { break }
      let token = rules.choose(among: candidates, seen: seen, ends: ends, using: &generator)
      if ends.contains(token) { break }
      tokens.append(token)
      try body(token)
      seen.insert(token)
      unread = [token]
    }
    return tokens
  }
}
