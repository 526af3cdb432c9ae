internal import Normalization
internal import Tokenization

/// A model of the sentencepiece library as Hugging Face's parts, which is what a `tokenizer.json`
/// holds.
///
/// The library never finds a special token in a text, and decodes it to nothing. Neither does the
/// result, unless the definition's `addedTokenPolicy` is changed to one that matches them.
struct PortableSentencePiece {
  private(set) var definition: TokenizerDefinition
  /// What the parts do not say, each a sentence.
  private(set) var losses: [String] = []

  private let model: SentencePieceDefinition

  /// `nil` for a model with a piece per word, of which there is no equivalent.
  init?(_ source: TokenizerDefinition, _ model: SentencePieceDefinition) {
    guard model.algorithm != .word else { return nil }
    self.model = model
    let normalization = PortableNormalization(model)
    definition = source
    definition.normalizer = normalization.normalizer
    definition.addedTokenPolicy = .alwaysMatched
    if source.addedTokenPolicy == .neverMatched { definition.addedTokens = [] }
    losses += normalization.losses
    if model.algorithm == .unigram { setUnigram() } else { setMerging() }
    definition.decoder = decoder
    if model.vocabulary.count < model.pieces.count {
      losses.append("which of two pieces with the same text is meant")
    }
    if model.normalization.removesExtraWhitespace, !mapsMark, !dropsAllSpaces {
      losses.append(
        "how many spaces are dropped when a text is decoded that began with `▁` itself; ids do not "
          + "change")
    }
    if let rules = model.denormalization, !rules.characterMap.isEmpty {
      losses.append("the denormalizer, which changes decoded texts")
    }
  }

  private static let mark: Unicode.Scalar = "\u{2581}"

  /// Whether the character map replaces the mark of a space in texts.
  private var mapsMark: Bool {
    guard let map = try? CharacterMap(model.normalization.characterMap) else { return false }
    return map.longestMatch(in: Array(String(Self.mark).utf8), at: 0) != nil
  }

  // MARK: Unigram

  private mutating func setUnigram() {
    let normal = model.pieces.filter { $0.kind == .normal }.map { Double($0.score) }
    let least = normal.min() ?? 0
    // The library gives a user-defined piece a score that wins; its maximum is at least C's FLT_MIN.
    let greatest = max(
      model.pieces.lazy.filter { $0.kind == .normal }.map(\.score).max() ?? 0,
      .leastNormalMagnitude)
    let scores = model.pieces.map { piece in
      switch piece.kind {
      case .normal: Double(piece.score)
      case .userDefined: Double(Float(Double(Float(piece.text.count) * greatest) - 0.1))
      case .control, .unknown, .byte, .unused: max(least, min(0, normal.max() ?? 0))
      }
    }.map { SerdeNumber.nearest($0) }
    var unigram = UnigramDefinition(vocabulary: model.vocabulary, scores: scores)
    unigram.unknownID = model.pieces.firstIndex { $0.kind == .unknown }.map(TokenID.init)
    unigram.fallsBackToBytes = model.fallsBackToBytes
    definition.model = .unigram(unigram)
    let reserved = ReservedTexts(unigram: model)
    var parts: [PreTokenizer] = []
    if let pattern = reserved.pattern(whole: false) {
      parts.append(.split(.regex(pattern), .mergedWithPrevious, inverted: false))
    }
    if wordsAreApart {
      parts.append(.metaspace(replacement: Self.mark, prepend: .never, split: true))
    }
    definition.preTokenizer = parts.count > 1 ? .sequence(parts) : parts.first
    losses += reserved.losses
    if model.pieces.contains(where: { $0.kind == .unused }) {
      losses.append("that the unused pieces are never produced")
    }
    losses.append(
      "that scores are added in single precision: of two ways to cut a word whose scores are equal "
        + "but for rounding, as in long runs of one character, the other may be taken")
  }

  /// Whether no piece reaches into the next word, so that words can be cut one by one.
  private var wordsAreApart: Bool {
    guard model.normalization.escapesWhitespace else { return false }
    var hasMark = false
    for piece in model.pieces where piece.kind == .normal || piece.kind == .userDefined {
      if piece.text == SpaceMarks.mark { hasMark = true }
      if SpaceMarks.areInside(piece.text) { return false }
    }
    return hasMark
  }

  // MARK: Merging

  private mutating func setMerging() {
    let symbols = model.pieces.filter { $0.kind == .userDefined }.map(\.text)
    let merges = ScoredMerges(
      model, frozen: ByteTrie(symbols.map { (text: $0[...], value: 0) }))
    losses += merges.losses
    var bpe = BPEDefinition(vocabulary: model.vocabulary, merges: merges.merges)
    bpe.unknownToken = model.pieces.first { $0.kind == .unknown }.map {
      String(decoding: $0.text, as: UTF8.self)
    }
    bpe.fusesUnknown = true
    bpe.fallsBackToBytes = model.fallsBackToBytes
    for piece in model.pieces
    where piece.text.count == UTF8.sequenceLength(lead: piece.text.first ?? 0) {
      guard piece.kind == .control || piece.kind == .unknown else { continue }
      let text = String(decoding: piece.text, as: UTF8.self)
      losses.append("that the text `\(text)` is not the special token")
    }
    // A character by itself merges with nothing anyway.
    let words = symbols.filter { UTF8Scalars($0[...]).map(\.range).count > 1 }
    if !words.isEmpty {
      bpe.ignoresMerges = true
      let reserved = ReservedTexts(merged: model, merges)
      losses += reserved.losses
      let longestFirst = words.sorted {
        ($1.count, String(decoding: $0, as: UTF8.self)) < (
          $0.count, String(decoding: $1, as: UTF8.self)
        )
      }
      let pattern = longestFirst.map { RegularExpressionText.escape($0) }.joined(separator: "|")
      var parts = [PreTokenizer.split(.regex(pattern), .isolated, inverted: false)]
      if let pattern = reserved.pattern(whole: true) {
        parts.append(.split(.regex(pattern), .isolated, inverted: false))
      }
      definition.preTokenizer = parts.count > 1 ? .sequence(parts) : parts.first
    }
    definition.model = .bpe(bpe)
  }

  // MARK: Decoding

  /// Whether a decoded text never begins with a space. Where spaces are collapsed, one is dropped of
  /// each piece until there is text; the unknown piece's own, with which a text can only begin where
  /// there are no bytes, stays.
  private var dropsAllSpaces: Bool {
    let marks = Array("\(Self.mark)\(Self.mark)".utf8)
    return model.normalization.removesExtraWhitespace && model.fallsBackToBytes
      && !model.pieces.contains { $0.text.starts(with: marks) }
  }

  /// Control pieces become nothing, the unknown one its surface, marks spaces, bytes characters; the
  /// space in front of the text is dropped.
  private var decoder: Decoder {
    var parts: [Decoder] = []
    let special = model.pieces.filter { $0.kind == .control }.map {
      RegularExpressionText.escape($0.text)
    }
    if !special.isEmpty {
      parts.append(
        .replace(.regex("\\A(?:\(special.joined(separator: "|")))\\z"), with: ""))
    }
    for piece in model.pieces where piece.kind == .unknown {
      parts.append(
        .replace(
          .regex("\\A\(RegularExpressionText.escape(piece.text))\\z"), with: model.unknownSurface))
    }
    parts.append(.replace(.literal(String(Self.mark)), with: " "))
    if model.fallsBackToBytes { parts.append(.byteFallback) }
    parts.append(.fuse)
    let rules = model.normalization
    if rules.addsDummyPrefix || rules.removesExtraWhitespace {
      parts.append(.strip(" ", start: dropsAllSpaces ? Int(Int32.max) : 1, stop: 0))
    }
    return .sequence(parts)
  }
}
