/// Encodes a text part by part, cut where its tokenizer's rule allows it.
struct CutEncoder: Sendable {
  let tokenizer: Tokenizer
  let addsSpecialTokens: Bool
  /// `nil` where no cut is known to be safe.
  let rule: CutRule?
  /// What the post-processor puts around a text.
  let leading: Encoding
  let trailing: Encoding

  /// How far a text has been encoded.
  struct State: Sendable {
    /// The number of bytes before the next part.
    fileprivate(set) var position = 0
    /// The last letter before it.
    fileprivate var letter: [UInt8] = []
    /// The number of words before it.
    fileprivate var words: UInt32 = 0
    /// The score of the best path so far, for models that add one up over a whole text.
    fileprivate var score: Float = 0
    /// What single letters encode to.
    fileprivate var letters: [[UInt8]: Encoding] = [:]
  }

  init(_ tokenizer: Tokenizer, addsSpecialTokens: Bool) {
    self.tokenizer = tokenizer
    self.addsSpecialTokens = addsSpecialTokens
    // The tokens around a text are those around any text; a letter shows where it stands. A tokenizer
    // that has no token for it, nor an unknown token, shows all of them without it.
    let framed =
      (try? tokenizer.encode("a", addSpecialTokens: addsSpecialTokens))
      ?? (try? tokenizer.encode("", addSpecialTokens: addsSpecialTokens)) ?? Encoding()
    let bare = (try? tokenizer.encode("a", addSpecialTokens: false))?.count ?? 0
    let front = framed.isSpecial.prefix { $0 }.count
    let back = framed.isSpecial.dropFirst(front).reversed().prefix { $0 }.count
    leading = framed.tokens(in: 0..<front)
    trailing = framed.tokens(in: (framed.count - back)..<framed.count)
    let isFrame = bare > 0 && front + bare + back == framed.count
    rule = isFrame ? tokenizer.cuts.rule(for: tokenizer) : nil
  }

  /// The number of special tokens around a text.
  var specialTokenCount: Int { leading.count + trailing.count }

  /// Whether the tokens of a part depend on all that stands before it, by a sum of scores.
  var carriesScore: Bool {
    if case .sentencePiece(let processor) = tokenizer.engine { return processor.search != nil }
    return false
  }

  /// The tokens of the next part of a text, without those around it. Offsets count from the beginning
  /// of the text.
  ///
  /// - Parameter part: well-formed UTF-8 that ends at a cut or with the text.
  func tokens(
    of part: ArraySlice<UInt8>, after state: inout State
  ) throws(TokenizerError) -> Encoding {
    guard !part.isEmpty else { return Encoding() }
    var encoding = try bareTokens(of: part, &state)
    let shift = state.position - state.letter.count
    for index in encoding.offsets.indices {
      let range = encoding.offsets[index]
      encoding.offsets[index] = (range.lowerBound + shift)..<(range.upperBound + shift)
    }
    try renumberWords(of: &encoding, &state)
    state.position += part.count
    state.letter = CutRule.letter(before: part.endIndex, in: part)
    return encoding
  }

  /// The tokens of a part with the offsets and words that they have after the letter before it.
  private func bareTokens(
    of part: ArraySlice<UInt8>, _ state: inout State
  ) throws(TokenizerError) -> Encoding {
    if case .sentencePiece(let processor) = tokenizer.engine {
      var encoding = Encoding()
      let typeID = try self.encoding(of: [0x61], &state).typeIDs.first ?? 0
      processor.encodeContinuation(Array(part), after: state.letter, score: &state.score) {
        id, name, offsets in
        let token = name ?? tokenizer.vocabulary.model.token(id) ?? []
        encoding.append(id, token, offsets, word: UInt32(encoding.count), typeID: typeID)
      }
      return encoding
    }
    let whole = try tokenizer.encode(
      utf8: state.letter + part, addSpecialTokens: addsSpecialTokens)
    let context = try encoding(of: state.letter, &state).count
    return whole.tokens(in: (leading.count + context)..<(whole.count - trailing.count))
  }

  private func renumberWords(
    of encoding: inout Encoding, _ state: inout State
  ) throws(TokenizerError) {
    var first: UInt32 = 0
    if case .pipeline = tokenizer.engine, !state.letter.isEmpty {
      first = try self.encoding(of: state.letter, &state).wordCount
      if rule?.separatesWords == false, first > 0, state.words > 0 {
        first -= 1
        state.words -= 1
      }
    }
    for index in encoding.wordIDs.indices {
      encoding.wordIDs[index] = encoding.wordIDs[index].map { $0 - first + state.words }
    }
    state.words = max(state.words, encoding.wordCount)
  }

  /// The tokens of a letter by itself, without those around it.
  private func encoding(
    of letter: [UInt8], _ state: inout State
  ) throws(TokenizerError) -> Encoding {
    guard !letter.isEmpty else { return Encoding() }
    if let known = state.letters[letter] { return known }
    let whole = try tokenizer.encode(utf8: letter, addSpecialTokens: addsSpecialTokens)
    let encoding = whole.tokens(in: leading.count..<(whole.count - trailing.count))
    state.letters[letter] = encoding
    return encoding
  }
}

extension Encoding {
  /// One more than the last word's number.
  fileprivate var wordCount: UInt32 { (wordIDs.lazy.compactMap(\.self).max()).map { $0 + 1 } ?? 0 }
}
