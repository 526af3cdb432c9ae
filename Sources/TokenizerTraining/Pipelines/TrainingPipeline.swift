public import Normalization
public import Tokenization

/// What surrounds the model of a tokenizer that is to be trained.
public struct TrainingPipeline: Sendable, Equatable {
  public var normalizer: Normalizer?
  public var preTokenizer: PreTokenizer?
  public var postProcessor: PostProcessor?
  public var decoder: Decoder?

  public init(
    normalizer: Normalizer? = nil, preTokenizer: PreTokenizer? = nil,
    postProcessor: PostProcessor? = nil, decoder: Decoder? = nil
  ) {
    self.normalizer = normalizer
    self.preTokenizer = preTokenizer
    self.postProcessor = postProcessor
    self.decoder = decoder
  }

  /// The surroundings of an existing tokenizer's model.
  public init(of definition: TokenizerDefinition) {
    self.init(
      normalizer: definition.normalizer, preTokenizer: definition.preTokenizer,
      postProcessor: definition.postProcessor, decoder: definition.decoder)
  }

  /// Whether the last step spells bytes in GPT-2's alphabet, so that 256 characters cover every text.
  public var isByteLevel: Bool {
    var last = preTokenizer
    while case .sequence(let parts)? = last { last = parts.last }
    if case .byteLevel? = last { return true }
    return false
  }

  /// The whole tokenizer around a model.
  public func definition(
    _ model: TokenizationModel, addedTokens: [AddedToken] = []
  ) -> TokenizerDefinition {
    TokenizerDefinition(
      normalizer: normalizer, preTokenizer: preTokenizer, model: model,
      postProcessor: postProcessor, decoder: decoder, addedTokens: addedTokens)
  }
}
