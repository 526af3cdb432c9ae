internal import ByteIO
internal import Normalization

/// Text to ids and back, exactly as the reference library of the tokenizer's format does it.
///
/// A tokenizer is immutable and can be used by any number of threads at once.
///
/// ```swift
/// let tokenizer = try Tokenizer(contentsOf: "llama-3/tokenizer.json")
/// let encoding = try tokenizer.encode("Hello, world!")
/// print(encoding.ids, try tokenizer.decode(encoding.ids))
/// ```
public final class Tokenizer: Sendable {
  /// What the tokenizer was made from.
  public let definition: TokenizerDefinition
  /// Its tokens, those of the model and those added.
  public let vocabulary: TokenizerVocabulary
  private let normalizer: CompiledNormalizer
  private let addedTokens: AddedTokenSearch
  private let splitter: Splitter
  private let encoder: BytePairEncoder
  private let postProcessor: CompiledPostProcessor
  private let decoder: CompiledDecoder
  /// Runs in the place of all other parts where the model is one of the sentencepiece library.
  private let sentencePiece: SentencePieceProcessor?

  /// Compiles a definition.
  ///
  /// - Throws: `TokenizerError` when a part of it is not valid or not available.
  public init(_ definition: TokenizerDefinition) throws(TokenizerError) {
    self.definition = definition
    let model: BPEDefinition
    switch definition.model {
    case .bpe(let definition):
      model = definition
      sentencePiece = nil
    case .sentencePiece(let definition):
      model = BPEDefinition(vocabulary: Vocabulary([]), merges: [])
      sentencePiece = try SentencePieceProcessor(definition)
    case .unigram, .wordPiece, .wordLevel: throw .unavailable("models other than BPE")
    }
    guard (model.dropout ?? 0) == 0 else { throw .unavailable("BPE dropout") }
    let normalizer = try TokenizerError.wrapping { () throws(NormalizationError) in
      try CompiledNormalizer(definition.normalizer)
    }
    self.normalizer = normalizer
    let vocabulary = TokenizerVocabulary(definition)
    self.vocabulary = vocabulary
    addedTokens = try TokenizerError.wrapping { () throws(NormalizationError) in
      try AddedTokenSearch(vocabulary.added, normalizer: normalizer)
    }
    encoder = BytePairEncoder(model)
    splitter = try Splitter(definition.preTokenizer, keepsBytes: encoder.acceptsBytes)
    postProcessor = try CompiledPostProcessor(definition.postProcessor)
    decoder = try CompiledDecoder(definition.decoder)
  }

  // MARK: Encoding

  /// The tokens of `text`.
  ///
  /// - Parameters:
  ///   - text: any text.
  ///   - addSpecialTokens: whether the post-processor's special tokens are put around it. Special
  ///     tokens that stand in the text are recognised either way.
  /// - Throws: `TokenizerError` when a regular expression gives up on the text or the text needs an
  ///   unknown token that does not exist.
  public func encode(
    _ text: String, addSpecialTokens: Bool = true
  ) throws(TokenizerError) -> Encoding {
    try encode(wellFormed: Array(text.utf8), addSpecialTokens: addSpecialTokens)
  }

  /// The tokens of a text given in UTF-8.
  ///
  /// - Throws: `TokenizerError.invalidUTF8` when it is not, and as `encode(_:addSpecialTokens:)`.
  public func encode(
    utf8 text: [UInt8], addSpecialTokens: Bool = true
  ) throws(TokenizerError) -> Encoding {
    if let offset = UTF8Validation.firstInvalidByte(in: text[...]) {
      throw .invalidUTF8(offset: offset)
    }
    return try encode(wellFormed: text, addSpecialTokens: addSpecialTokens)
  }

  private func encode(
    wellFormed text: [UInt8], addSpecialTokens: Bool
  ) throws(TokenizerError) -> Encoding {
    var encoding = Encoding()
    try forEachToken(of: text, addSpecialTokens: addSpecialTokens) { id, token, offsets in
      encoding.append(id, token.map(Array.init) ?? vocabulary.spelling(of: id) ?? [], offsets)
    }
    postProcessor.process(&encoding, of: text, addSpecialTokens: addSpecialTokens)
    return encoding
  }

  /// The number of tokens of `text`.
  ///
  /// - Throws: as `encode(_:addSpecialTokens:)`.
  public func count(_ text: String, addSpecialTokens: Bool = true) throws(TokenizerError) -> Int {
    try encode(text, addSpecialTokens: addSpecialTokens).count
  }

  /// Calls `body` with each token of a well-formed text, from left to right: its id, the part of
  /// the text that an added token matched, and its byte range in the text.
  private func forEachToken(
    of text: [UInt8], addSpecialTokens: Bool,
    _ body: (TokenID, ArraySlice<UInt8>?, Range<Int>) -> Void
  ) throws(TokenizerError) {
    if let sentencePiece { return sentencePiece.encode(text, body) }
    let matchesAddedTokens =
      switch definition.addedTokenPolicy {
      case .alwaysMatched: true
      case .matchedWithSpecialTokens: addSpecialTokens
      case .neverMatched: false
      }
    let segments =
      matchesAddedTokens
      ? addedTokens.segments(of: text, stage: .raw)
      : [AddedTokenSearch.Segment(range: 0..<text.count)]
    for segment in segments {
      if let id = segment.id {
        body(id, text[segment.range], segment.range)
        continue
      }
      var part = AlignedText(text[segment.range], originalStart: segment.range.lowerBound)
      try TokenizerError.wrapping { () throws(NormalizationError) in
        try normalizer.normalize(&part)
      }
      let inners =
        matchesAddedTokens
        ? addedTokens.segments(of: part.bytes, stage: .normalized)
        : [AddedTokenSearch.Segment(range: 0..<part.bytes.count)]
      for inner in inners {
        if let id = inner.id {
          body(id, part.bytes[inner.range], part.originalRange(of: inner.range))
        } else {
          try forEachModelToken(of: part.part(inner.range), body)
        }
      }
    }
  }

  /// The same for a normalized text without added tokens.
  private func forEachModelToken(
    of text: AlignedText, _ body: (TokenID, ArraySlice<UInt8>?, Range<Int>) -> Void
  ) throws(TokenizerError) {
    let split = try splitter.split(text)
    var tokens = PieceTokens()
    for piece in split.pieces {
      tokens.removeAll()
      try encoder.encode(
        split.text.bytes[piece], isBytes: splitter.yieldsBytes, into: &tokens)
      var position = piece.lowerBound
      for (id, length) in zip(tokens.ids, tokens.lengths) {
        // A dropped character makes the lengths fall short of the piece, never exceed it, except by
        // byte tokens of a suffix; the reference leaves such offsets as they are.
        let end = min(position + length, piece.upperBound)
        body(id, nil, split.text.originalRange(of: min(position, end)..<end))
        position += length
      }
    }
  }

  // MARK: Decoding

  /// The text of `ids`.
  ///
  /// - Parameter skipSpecialTokens: whether special tokens are left out. Ids that no token has are
  ///   left out in any case, as in the reference.
  /// - Throws: `TokenizerError.normalization` when a pattern of the decoder gives up;
  ///   `TokenizerError.unknownID` where the reference refuses an id that no token has.
  public func decode(
    _ ids: [TokenID], skipSpecialTokens: Bool = false
  ) throws(TokenizerError) -> String {
    if let sentencePiece {
      let ids = ids.filter { !skipSpecialTokens || vocabulary.added[$0]?.isSpecial != true }
      return String(decoding: try sentencePiece.decode(ids), as: UTF8.self)
    }
    let tokens = ids.compactMap { id -> [UInt8]? in
      if skipSpecialTokens, vocabulary.added[id]?.isSpecial == true { return nil }
      return addedTokens.decodingForm(id) ?? vocabulary.model.token(id).map(Array.init)
    }
    return String(decoding: try decoder.decode(tokens), as: UTF8.self)
  }
}
