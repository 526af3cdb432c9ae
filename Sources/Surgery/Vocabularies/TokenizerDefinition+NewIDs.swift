internal import Tokenization

extension TokenizerDefinition {
  /// The tokenizer with only the tokens that have a new id, under these.
  ///
  /// Merges stay in their order, those that need a token that is gone are dropped with it: a text of
  /// which all tokens are kept, and all tokens that they are made from, is cut as before.
  ///
  /// - Parameter newIDs: by the old ids; those of a model that counts its tokens, such as a unigram
  ///   model, must ascend with them and begin at 0.
  /// - Throws: `DerivationError` when a part of the tokenizer needs a token that is gone.
  func withNewIDs(_ newIDs: [TokenID: TokenID]) throws(DerivationError) -> TokenizerDefinition {
    var result = self
    result.model = try model.withNewIDs(newIDs)
    let oldIDs = TokenizerVocabulary(self)
    result.addedTokens = addedTokens.compactMap { token in
      guard let id = oldIDs.id(of: token.content).flatMap({ newIDs[$0] }) else { return nil }
      var token = token
      token.id = id
      return token
    }
    result.postProcessor = try postProcessor?.withNewIDs(newIDs)
    if let padding {
      guard let id = newIDs[padding.id] else { throw .needsToken(padding.token) }
      result.padding?.id = id
    }
    return result
  }
}

extension TokenizationModel {
  fileprivate func withNewIDs(
    _ newIDs: [TokenID: TokenID]
  ) throws(DerivationError) -> TokenizationModel {
    func isKept(_ token: String, _ vocabulary: Vocabulary) -> Bool {
      vocabulary.id(of: Array(token.utf8)).map { newIDs[$0] != nil } ?? true
    }
    switch self {
    case .bpe(var definition):
      if let unknown = definition.unknownToken, !isKept(unknown, definition.vocabulary) {
        throw .needsToken(unknown)
      }
      definition.vocabulary = definition.vocabulary.withNewIDs(newIDs)
      definition.merges = definition.merges.compactMap { merge in
        guard let left = newIDs[merge.left], let right = newIDs[merge.right],
          let result = newIDs[merge.result]
        else { return nil }
        return BPEDefinition.Merge(left: left, right: right, result: result)
      }
      return .bpe(definition)
    case .unigram(var definition):
      if let unknown = definition.unknownID {
        guard let id = newIDs[unknown] else { throw .needsToken("the unknown token") }
        definition.unknownID = id
      }
      definition.vocabulary = definition.vocabulary.withNewIDs(newIDs)
      definition.scores = definition.scores.enumerated().filter {
        newIDs[TokenID($0.offset)] != nil
      }.map(\.element)
      return .unigram(definition)
    case .wordPiece(var definition):
      guard isKept(definition.unknownToken, definition.vocabulary) else {
        throw .needsToken(definition.unknownToken)
      }
      definition.vocabulary = definition.vocabulary.withNewIDs(newIDs)
      return .wordPiece(definition)
    case .wordLevel(var definition):
      guard isKept(definition.unknownToken, definition.vocabulary) else {
        throw .needsToken(definition.unknownToken)
      }
      definition.vocabulary = definition.vocabulary.withNewIDs(newIDs)
      return .wordLevel(definition)
    case .sentencePiece(var definition):
      let kept = definition.pieces.indices.filter { newIDs[TokenID($0)] != nil }
      definition.carried.pieces = definition.carried.pieces.reduce(into: [:]) { result, entry in
        if let id = newIDs[TokenID(entry.key)] { result[Int(id)] = entry.value }
      }
      definition.pieces = kept.map { definition.pieces[$0] }
      return .sentencePiece(definition)
    case .bytes, .words: throw .fixedVocabulary
    }
  }
}

extension Vocabulary {
  fileprivate func withNewIDs(_ newIDs: [TokenID: TokenID]) -> Vocabulary {
    Vocabulary(
      entries.compactMap { entry in newIDs[entry.id].map { (Array(entry.token), $0) } }
        .sorted { $0.1 < $1.1 })
  }
}

extension PostProcessor {
  fileprivate func withNewIDs(_ newIDs: [TokenID: TokenID]) throws(DerivationError) -> PostProcessor
  {
    func new(_ token: SpecialToken) throws(DerivationError) -> SpecialToken {
      guard let id = newIDs[token.id] else { throw .needsToken(token.token) }
      return SpecialToken(token: token.token, id: id)
    }
    switch self {
    case .byteLevel: return self
    case .template(var template):
      var tokens: [String: [SpecialToken]] = [:]
      for (name, list) in template.specialTokens {
        for token in list { tokens[name, default: []].append(try new(token)) }
      }
      template.specialTokens = tokens
      return .template(template)
    case .bert(let separator, let classifier):
      return .bert(separator: try new(separator), classifier: try new(classifier))
    case .roberta(let separator, let classifier, let addPrefixSpace, let trimOffsets):
      return .roberta(
        separator: try new(separator), classifier: try new(classifier),
        addPrefixSpace: addPrefixSpace, trimOffsets: trimOffsets)
    case .sequence(let parts):
      var result: [PostProcessor] = []
      for part in parts { result.append(try part.withNewIDs(newIDs)) }
      return .sequence(result)
    }
  }

  /// The tokens that the post-processor inserts.
  var insertedTokens: [TokenID] {
    switch self {
    case .byteLevel: []
    case .template(let template): template.specialTokens.values.flatMap { $0.map(\.id) }
    case .bert(let separator, let classifier), .roberta(let separator, let classifier, _, _):
      [separator.id, classifier.id]
    case .sequence(let parts): parts.flatMap(\.insertedTokens)
    }
  }
}
