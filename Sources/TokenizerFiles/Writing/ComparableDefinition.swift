internal import Normalization
internal import Tokenization

extension TokenizerDefinition {
  /// The same tokenizer with all that makes no difference to any text spelled in one way.
  var comparable: TokenizerDefinition {
    var result = self
    result.preTokenizer = preTokenizer?.inOnigurumaSyntax.comparable
    result.postProcessor = postProcessor?.comparable
    result.addedTokens = comparableTokens
    switch model {
    case .bpe(let model): result.model = .bpe(comparable(model, result.addedTokens))
    case .sentencePiece(var model):
      model.normalization.name = ""
      model.denormalization?.name = ""
      result.model = .sentencePiece(model)
    default: break
    }
    return result
  }

  private func comparable(_ model: BPEDefinition, _ added: [AddedToken]) -> BPEDefinition {
    var result = model
    if addedTokenPolicy == .alwaysMatched {
      // A token that is always taken out of the text first may stand in the model or beside it.
      result.vocabulary = Vocabulary(
        model.vocabulary.entries.map { (token: Array($0.token), id: $0.id) }
          + added.map { (token: Array($0.content.utf8), id: $0.id) })
    }
    if model.continuingPrefix?.isEmpty == true { result.continuingPrefix = nil }
    if model.endOfWordSuffix?.isEmpty == true { result.endOfWordSuffix = nil }
    if model.dropout == 0 { result.dropout = nil }
    if preTokenizer?.spellsBytes == true, model.hasByteAlphabet, result.continuingPrefix == nil,
      result.endOfWordSuffix == nil
    {
      // Every text has its tokens, so that nothing is ever unknown.
      result.unknownToken = nil
      result.fusesUnknown = false
      result.fallsBackToBytes = false
    }
    return result
  }

  /// The added tokens with the ids that they have, ascending.
  private var comparableTokens: [AddedToken] {
    let vocabulary = TokenizerVocabulary(self)
    var tokens = vocabulary.added.map { id, token in
      var token = token
      token.id = id
      return token
    }
    // Without a normalizer the two searches are one, if only one of them has tokens.
    if normalizer == nil, Set(tokens.map(\.isNormalized)).count == 1 {
      for index in tokens.indices { tokens[index].isNormalized = false }
    }
    tokens.sort { $0.id < $1.id }
    return tokens
  }
}

extension PreTokenizer {
  /// Whether the model sees the byte alphabet.
  fileprivate var spellsBytes: Bool {
    switch self {
    case .byteLevel: true
    case .sequence(let parts): parts.last?.spellsBytes == true
    default: false
    }
  }

  /// Offsets are trimmed by the post-processor, whatever stands here.
  fileprivate var comparable: PreTokenizer {
    switch self {
    case .byteLevel(let addPrefixSpace, _, let useRegex):
      .byteLevel(addPrefixSpace: addPrefixSpace, trimOffsets: true, useRegex: useRegex)
    case .sequence(let parts): .sequence(parts.map(\.comparable))
    default: self
    }
  }
}

extension PostProcessor {
  /// A byte-level part that trims nothing does nothing.
  fileprivate var comparable: PostProcessor? {
    let parts = parts.filter { part in
      if case .byteLevel(_, trimOffsets: false) = part { false } else { true }
    }
    return parts.count > 1 ? .sequence(parts) : parts.first
  }
}
