/// How the tokens of a text, or of a pair of texts, are cut to a greatest length.
///
/// What is cut off becomes further encodings of the same greatest length; see
/// `Encoding.overflowing`.
public struct Truncation: Sendable, Equatable {
  /// Which text of a pair is cut.
  public enum Strategy: Sendable, Equatable {
    /// The longer one, or both to about half the length each.
    case longestFirst
    case onlyFirst
    case onlySecond
  }

  /// The most tokens that are kept, special tokens included.
  public var maximumLength: Int
  /// How many tokens of each part are repeated in the next.
  public var stride: Int
  public var strategy: Strategy
  /// The end at which tokens are cut off.
  public var direction: TextEnd

  public init(
    maximumLength: Int, stride: Int = 0, strategy: Strategy = .longestFirst,
    direction: TextEnd = .right
  ) {
    self.maximumLength = maximumLength
    self.stride = stride
    self.strategy = strategy
    self.direction = direction
  }
}

/// An end of a list of tokens.
public enum TextEnd: Sendable, Equatable {
  case left, right
}
