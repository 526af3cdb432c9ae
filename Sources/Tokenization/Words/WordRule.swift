/// The rules by which a text is cut into words.
public enum WordRule: Sendable, Equatable {
  /// That of hierarchical transformers: `hat`.
  case hierarchical
  /// Unicode's word boundaries: `unicode`.
  case unicode
  /// That of "Learn Your Tokens": `learn-your-tokens`, and `learn-your-tokens-unified`.
  case learnYourTokens(LearnYourTokensWords.Generation)
  /// A tokenizer's pre-tokenizer.
  case preTokenizer(PreTokenizer?)

  /// The rule with this name; `nil` for any other name.
  public init?(name: String) {
    switch name {
    case "hat": self = .hierarchical
    case "unicode": self = .unicode
    case "learn-your-tokens": self = .learnYourTokens(.paper)
    case "learn-your-tokens-unified": self = .learnYourTokens(.unified)
    default: return nil
    }
  }

  /// The names that `init(name:)` understands.
  public static let names = ["hat", "unicode", "learn-your-tokens", "learn-your-tokens-unified"]

  /// The rule ready to run.
  ///
  /// - Throws: `TokenizerError` when a pre-tokenizer cannot be prepared.
  public func splitter() throws(TokenizerError) -> any WordSplitting {
    switch self {
    case .hierarchical: HierarchicalWords()
    case .unicode: UnicodeWords()
    case .learnYourTokens(let generation): LearnYourTokensWords(generation)
    case .preTokenizer(let preTokenizer): try PreTokenizedWords(preTokenizer)
    }
  }
}
