internal import Normalization

/// The way from a text to its tokens in Hugging Face's terms: added tokens are taken out, the rest is
/// normalized, cut into pieces, and each piece goes through the model.
struct TextPipeline: Sendable {
  private let vocabulary: TokenizerVocabulary
  private let normalizer: CompiledNormalizer
  private let addedTokens: AddedTokenSearch
  private let splitter: Splitter
  private let encoder: PieceEncoder

  /// - Throws: `TokenizerError` when a part of the definition is not valid or not available.
  init(_ definition: TokenizerDefinition, _ vocabulary: TokenizerVocabulary) throws(TokenizerError)
  {
    self.vocabulary = vocabulary
    let normalizer = try TokenizerError.wrapping { () throws(NormalizationError) in
      try CompiledNormalizer(definition.normalizer)
    }
    self.normalizer = normalizer
    addedTokens = try TokenizerError.wrapping { () throws(NormalizationError) in
      try AddedTokenSearch(vocabulary.added, normalizer: normalizer)
    }
    encoder = try PieceEncoder(definition.model)
    splitter = try Splitter(definition.preTokenizer, keepsBytes: encoder.acceptsBytes)
  }

  // MARK: Encoding

  /// The tokens of one text, before any post-processing.
  ///
  /// - Parameters:
  ///   - text: well-formed UTF-8.
  ///   - matchesAddedTokens: whether added tokens are taken out at all.
  ///   - limit: a truncation of this text that is going to follow. As the reference does, no more
  ///     words are encoded than it needs to fill its length once, so that little may be left to
  ///     overflow.
  func tokens(
    of text: [UInt8], typeID: UInt32, matchesAddedTokens: Bool, limit: Truncation?
  ) throws(TokenizerError) -> Encoding {
    let prepared = try prepare(text, matchesAddedTokens: matchesAddedTokens)
    var words = prepared.words.indices
    if let limit, limit.direction == .left {
      words = try lastWords(of: prepared, filling: limit.maximumLength)..<words.upperBound
    }
    var encoding = Encoding()
    var pieceTokens = PieceTokens()
    for (number, index) in words.enumerated() {
      let word = UInt32(number)
      switch prepared.words[index] {
      case .added(let id, let name, let offsets):
        encoding.append(id, name, offsets, word: word, typeID: typeID)
      case .piece(let part, let range):
        let source = prepared.parts[part].text
        try encode(range, of: source, into: &pieceTokens)
        append(pieceTokens, of: range, in: source, word: word, typeID: typeID, to: &encoding)
        if let limit, limit.direction == .right, encoding.count >= limit.maximumLength {
          return encoding
        }
      }
    }
    return encoding
  }

  /// The tokens of one piece, in the place of what `tokens` held.
  private func encode(
    _ piece: Range<Int>, of source: AlignedText, into tokens: inout PieceTokens
  ) throws(TokenizerError) {
    tokens.removeAll()
    try encoder.encode(source.bytes[piece], isBytes: splitter.yieldsBytes, into: &tokens)
  }

  private func append(
    _ tokens: PieceTokens, of piece: Range<Int>, in source: AlignedText, word: UInt32,
    typeID: UInt32, to encoding: inout Encoding
  ) {
    var position = piece.lowerBound
    for (index, id) in tokens.ids.enumerated() {
      // A dropped character makes the lengths fall short of the piece, never exceed it, except by
      // byte tokens of a suffix; the reference leaves such offsets as they are.
      let end = min(position + tokens.lengths[index], piece.upperBound)
      let range = min(position, end)..<end
      let name = tokens.areNamedByText[index] ? source.bytes[range] : vocabulary.model.token(id)
      encoding.append(
        id, name ?? [], source.originalRange(of: range), word: word, typeID: typeID)
      position += tokens.advances[index]
    }
  }

  /// The first of the words that are needed for `length` tokens at the end of a text.
  private func lastWords(
    of prepared: PreparedText, filling length: Int
  ) throws(TokenizerError) -> Int {
    var count = 0
    var tokens = PieceTokens()
    for index in prepared.words.indices.reversed() {
      guard case .piece(let part, let range) = prepared.words[index] else {
        count += 1
        continue
      }
      try encode(range, of: prepared.parts[part].text, into: &tokens)
      count += tokens.ids.count
      if count >= length { return index }
    }
    return 0
  }

  /// Takes the added tokens out of a text, normalizes it and cuts it into pieces.
  private func prepare(
    _ text: [UInt8], matchesAddedTokens: Bool
  ) throws(TokenizerError) -> PreparedText {
    var prepared = PreparedText()
    for segment in segments(of: text, stage: .raw, matchesAddedTokens) {
      if let id = segment.id {
        prepared.append(id, name: text[segment.range], offsets: segment.range)
        continue
      }
      var part = AlignedText(text[segment.range], originalStart: segment.range.lowerBound)
      try TokenizerError.wrapping { () throws(NormalizationError) in
        try normalizer.normalize(&part)
      }
      for inner in segments(of: part.bytes, stage: .normalized, matchesAddedTokens) {
        if let id = inner.id {
          prepared.append(
            id, name: part.bytes[inner.range], offsets: part.originalRange(of: inner.range))
        } else {
          prepared.append(try splitter.split(part.part(inner.range)))
        }
      }
    }
    return prepared
  }

  private func segments(
    of text: [UInt8], stage: AddedTokenSearch.Stage, _ matchesAddedTokens: Bool
  ) -> [AddedTokenSearch.Segment] {
    matchesAddedTokens
      ? addedTokens.segments(of: text, stage: stage)
      : [AddedTokenSearch.Segment(range: 0..<text.count)]
  }

  // MARK: Decoding

  /// What the token with `id` is decoded from; `nil` for an id that no token has.
  func decodingForm(_ id: TokenID) -> [UInt8]? {
    addedTokens.decodingForm(id) ?? vocabulary.model.token(id).map(Array.init)
  }
}
