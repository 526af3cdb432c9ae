public import Tokenization

/// A token that may come next.
public struct Candidate: Sendable, Equatable {
  public let token: TokenID
  /// What the model makes its probability from.
  public var logit: Float

  public init(token: TokenID, logit: Float) {
    self.token = token
    self.logit = logit
  }

  /// Whether this one comes first: the more probable one does, of equally probable ones the lower token.
  static func precedes(_ first: Candidate, _ second: Candidate) -> Bool {
    first.logit == second.logit ? first.token < second.token : first.logit > second.logit
  }
}

/// What knows which tokens may come next.
public protocol CandidateSource: Sendable {
  /// Tokens that may follow, with their exact logits, in no order.
  ///
  /// - Parameters:
  ///   - state: the final state of the last token.
  ///   - required: tokens that have to be among them.
  func candidates(after state: [Float], including required: Set<TokenID>) throws -> [Candidate]
}

/// Every token of the vocabulary: the model as it is.
public struct AllTokens: CandidateSource {
  public let model: LanguageModel

  public init(_ model: LanguageModel) { self.model = model }

  public func candidates(
    after state: [Float], including required: Set<TokenID>
  ) throws -> [Candidate] {
    model.logits(after: state).enumerated().map {
      Candidate(token: TokenID($0.offset), logit: $0.element)
    }
  }
}
