public import Tokenization

/// Which tokens of a model are to be kept.
public struct PruningRequest: Sendable {
  /// How often each token occurs in the texts that matter; `nil` when there are none.
  public var usage: [TokenID: Int]?
  /// Tokens that occur less often are dropped.
  public var minimumCount = 1
  /// Tokens that are kept in any case.
  public var tokens: [TokenID] = []
  /// The number of tokens at most: the most frequent are kept, or the first of the vocabulary where
  /// there is no usage.
  public var size: Int?

  public init() {}
}
