/// How well a model predicts a text.
public struct TextEvaluation: Sendable, Equatable {
  public let documents: Int
  /// The size of the documents in UTF-8.
  public let bytes: Int
  /// The tokens that were scored: all but those that begin documents.
  public let tokens: Int
  /// The negative log-likelihood of all tokens, in nats.
  public let nats: Double
  /// The tokens for which no other was more probable.
  public let mostProbable: Int

  package init(documents: Int, bytes: Int, tokens: Int, nats: Double, mostProbable: Int) {
    self.documents = documents
    self.bytes = bytes
    self.tokens = tokens
    self.nats = nats
    self.mostProbable = mostProbable
  }

  /// The negative log-likelihood in bits for each byte of the text: a measure that does not depend on
  /// how the text is cut into tokens.
  public var bitsPerByte: Double { nats / 0.693_147_180_559_945_3 / Double(bytes) }
  /// The share of tokens for which no other was more probable.
  public var top1: Double { tokens == 0 ? 0 : Double(mostProbable) / Double(tokens) }
  public var tokensPerByte: Double { Double(tokens) / Double(bytes) }
  public var natsPerToken: Double { tokens == 0 ? 0 : nats / Double(tokens) }
}
