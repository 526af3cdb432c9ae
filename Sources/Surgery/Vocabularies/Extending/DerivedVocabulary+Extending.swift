public import Tokenization

extension DerivedVocabulary {
  /// A model's vocabulary with the further tokens of a tokenizer that was made from it, as training
  /// that continues from a vocabulary makes one.
  ///
  /// - Throws: `DerivationError.changed` when a token has another id there or none.
  public init(
    extending model: ModelDirectory, to definition: TokenizerDefinition
  ) throws(DerivationError) {
    let extended = TokenizerVocabulary(definition)
    var newIDs: [TokenID: TokenID] = [:]
    for id in model.vocabulary.ids {
      guard let spelling = model.vocabulary.spelling(of: id), extended.spelling(of: id) == spelling
      else { throw .changed(id) }
      newIDs[id] = id
    }
    self.init(.extend, definition, newIDs: newIDs)
  }

  /// The tokens that are new, ascending.
  public var newTokens: [TokenID] {
    TokenizerVocabulary(definition).ids.filter { origins[$0] == nil }
  }
}

extension DerivedVocabulary {
  /// A model's vocabulary with further tokens, each for a text.
  ///
  /// A model with merges gets merges that make each token of the tokens that its text is cut into now,
  /// from left to right; what is made on the way becomes a token too. Tokens that are there already are
  /// passed over.
  ///
  /// - Parameter asAdded: whether the new tokens are taken out of texts before the model sees them,
  ///   wherever they stand, instead of becoming a part of it.
  /// - Throws: `TokenizerError` when the tokenizer cannot be run, `DerivationError` when it takes no new
  ///   tokens or would still cut the text of one.
  public init(extending model: ModelDirectory, with texts: [String], asAdded: Bool = false) throws {
    var extending = try VocabularyExtension(model.tokenizer)
    for text in texts where !text.isEmpty {
      if asAdded { extending.addAdded(text) } else { try extending.add(text) }
    }
    try self.init(extending: model, to: extending.extended())
  }
}
