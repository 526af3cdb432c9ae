extension Tokenizer {
  /// The tokens of `text`, cut at random.
  ///
  /// ```swift
  /// var generator = SplitMix64(seed: 7)
  /// let encoding = try tokenizer.sample(text, .unigram(alpha: 0.1), using: &generator)
  /// ```
  ///
  /// - Parameters:
  ///   - sampling: what is left to chance. It must suit the model: `dropout` a byte-pair encoding, the
  ///     others a unigram model.
  ///   - addSpecialTokens: as in `encode(_:addSpecialTokens:)`.
  ///   - generator: equal states of it give equal tokens; see `SplitMix64`.
  /// - Throws: `TokenizerError.unavailable` when the sampling does not suit the model, and as
  ///   `encode(_:addSpecialTokens:)`.
  public func sample(
    _ text: String, _ sampling: TokenSampling, addSpecialTokens: Bool = true,
    using generator: inout some RandomNumberGenerator
  ) throws(TokenizerError) -> Encoding {
    let bytes = Array(text.utf8)
    switch engine {
    case .pipeline(let pipeline):
      let sampled = try pipeline.sampledTokens(
        of: bytes, sampling,
        matchesAddedTokens: definition.addedTokenPolicy.matches(
          withSpecialTokens: addSpecialTokens), using: &generator)
      return try postProcessor.process(
        [sampled], of: [bytes], addSpecialTokens: addSpecialTokens)
    case .sentencePiece(let processor):
      var encoding = Encoding()
      try processor.encode(bytes, sampling, using: &generator) { id, name, offsets in
        encoding.append(name: name, id, offsets, vocabulary)
      }
      return try postProcessor.process(
        [encoding], of: [bytes], addSpecialTokens: addSpecialTokens)
    }
  }

  /// The most probable ways to cut a text under a unigram model, the best first.
  ///
  /// For a model of the sentencepiece library these are the ids, the order and the scores of its
  /// `NBestEncode` (which calls the score of a single best way 0). Where texts are cut into words first,
  /// the ways of the words are combined; added tokens count 0.
  ///
  /// - Parameters:
  ///   - count: how many; there may be fewer.
  ///   - addSpecialTokens: as in `encode(_:addSpecialTokens:)`.
  /// - Returns: each way with its score, the sum of the log-probabilities of its pieces.
  /// - Throws: `TokenizerError.unavailable` for other models, and as `encode(_:addSpecialTokens:)`.
  public func nBest(
    _ text: String, count: Int, addSpecialTokens: Bool = true
  ) throws(TokenizerError) -> [(encoding: Encoding, score: Double)] {
    let bytes = Array(text.utf8)
    var best: [(encoding: Encoding, score: Double)] = []
    switch engine {
    case .pipeline(let pipeline):
      best = try pipeline.best(
        count, of: bytes,
        matchesAddedTokens: definition.addedTokenPolicy.matches(
          withSpecialTokens: addSpecialTokens))
    case .sentencePiece(let processor):
      try processor.best(count, of: bytes) { score, report in
        var encoding = Encoding()
        report { id, name, offsets in encoding.append(name: name, id, offsets, vocabulary) }
        best.append((encoding, Double(score)))
      }
    }
    for index in best.indices {
      best[index].encoding = try postProcessor.process(
        [best[index].encoding], of: [bytes], addSpecialTokens: addSpecialTokens)
    }
    return best
  }

  /// The sampling that the tokenizer's file asks for: the `dropout` of a byte-pair encoding.
  ///
  /// Hugging Face's library applies it whenever it encodes. Here nothing is random unless it is asked
  /// for.
  public var storedSampling: TokenSampling? {
    guard case .bpe(let model) = definition.model, let dropout = model.dropout, dropout > 0 else {
      return nil
    }
    return .dropout(dropout)
  }
}

extension Encoding {
  /// Appends a token of a model of the sentencepiece library.
  fileprivate mutating func append(
    name: ArraySlice<UInt8>?, _ id: TokenID, _ offsets: Range<Int>,
    _ vocabulary: TokenizerVocabulary
  ) {
    append(id, name ?? vocabulary.model.token(id) ?? [], offsets, word: UInt32(count))
  }
}
