public import Tokenization
internal import TokenizerFiles

extension DerivedVocabulary {
  /// A model's vocabulary with all tokens of another byte-pair encoding.
  ///
  /// Every token of the model keeps its id. The other's merges come after the model's own, in their
  /// order, so that a token of the other is made as it was made there, unless the model's merges make
  /// something else of its beginning; then it gets merges of its own, and what they make on the way
  /// becomes a token too. Special tokens of the other that the model lacks are taken over by name.
  ///
  /// - Throws: `DerivationError.differentPipelines` when the two do not cut texts into words alike,
  ///   `notUnitable` when one is no byte-pair encoding, and as extending with a list.
  public init(uniting model: ModelDirectory, with other: TokenizerDefinition) throws {
    guard case .bpe(let own) = model.tokenizer.model, case .bpe(let theirs) = other.model else {
      throw DerivationError.notUnitable
    }
    let isAlike =
      model.tokenizer.normalizer == other.normalizer
      && model.tokenizer.preTokenizer == other.preTokenizer
      && own.hasByteAlphabet == theirs.hasByteAlphabet
      && own.continuingPrefix == theirs.continuingPrefix
      && own.endOfWordSuffix == theirs.endOfWordSuffix
    guard isAlike else { throw DerivationError.differentPipelines }
    var extending = try VocabularyExtension(model.tokenizer)
    for token in other.addedTokens { extending.addAdded(token) }
    for merge in theirs.merges {
      guard let left = theirs.vocabulary.token(merge.left),
        let right = theirs.vocabulary.token(merge.right)
      else { continue }
      extending.addMerge(of: Array(left), and: Array(right))
    }
    let tokenizer = try Tokenizer(other)
    let spelling = TokenSpelling(other, TokenizerVocabulary(other))
    for id in theirs.vocabulary.entries.map(\.id).sorted() {
      guard spelling.vocabulary.added[id] == nil, let bytes = spelling.text(of: id),
        let text = String(validating: bytes, as: UTF8.self),
        // What the other's own rules cannot make need not be made here either.
        try tokenizer.ids(of: text, addSpecialTokens: false) == [id]
      else { continue }
      try extending.add(text)
    }
    try self.init(extending: model, to: extending.extended())
  }
}
