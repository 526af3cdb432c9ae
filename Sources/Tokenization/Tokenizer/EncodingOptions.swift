/// What is done to the tokens of a text beyond finding them.
public struct EncodingOptions: Sendable, Equatable {
  /// Whether the post-processor's special tokens are put around the text. Special tokens that stand
  /// in the text are recognised either way.
  public var addsSpecialTokens: Bool
  /// How the tokens are cut to a greatest length; `nil` leaves them all.
  public var truncation: Truncation?
  /// How encodings are filled up to a common length; `nil` leaves them as they are.
  public var padding: Padding?

  public init(
    addsSpecialTokens: Bool = true, truncation: Truncation? = nil, padding: Padding? = nil
  ) {
    self.addsSpecialTokens = addsSpecialTokens
    self.truncation = truncation
    self.padding = padding
  }
}
