extension Tokenizer {
  /// The longest beginning of a text that has at most `maxTokens` tokens.
  ///
  /// It ends at the end of a character (extended grapheme cluster), so that an emoji or a letter with
  /// its accents stays whole. Its own encoding is what is counted: cut off, it may be divided
  /// otherwise than inside the text. No longer beginning fits, as far as the next place where texts
  /// are cut (see `EncodeStream`), past which none can; where no such place comes within 256 bytes, or
  /// the tokenizer has none, that much further, or to the end of the token that is too many, was tried.
  ///
  /// - Parameters:
  ///   - maxTokens: the most tokens.
  ///   - addSpecialTokens: whether those that the post-processor puts around the text count.
  /// - Throws: `TokenizerError.noRoomForSpecialTokens` when these alone are too many, and as `encode`.
  /// - Complexity: O(length of the result), for tokenizers that cut texts.
  public func prefix(
    of text: String, maxTokens: Int, addSpecialTokens: Bool = true
  ) throws(TokenizerError) -> Substring {
    let characters = CharacterText(text)
    let encoder = CutEncoder(self, addsSpecialTokens: addSpecialTokens)
    let end = try TokenBudget(encoder, maximum: maxTokens).end(
      of: characters.bytes[...], boundaries: characters.boundaries)
    return characters.part(0..<end)
  }

  /// The longest end of a text that has at most `maxTokens` tokens: `prefix(of:maxTokens:)` from
  /// the other side.
  ///
  /// - Throws: as `prefix(of:maxTokens:addSpecialTokens:)`.
  /// - Complexity: O(length of the result), for tokenizers that cut texts.
  public func suffix(
    of text: String, maxTokens: Int, addSpecialTokens: Bool = true
  ) throws(TokenizerError) -> Substring {
    let characters = CharacterText(text)
    let encoder = CutEncoder(self, addsSpecialTokens: addSpecialTokens)
    let start = try TokenBudget(encoder, maximum: maxTokens).start(
      of: characters.bytes[...], boundaries: characters.boundaries)
    return characters.part(start..<characters.bytes.count)
  }

  /// A text in chunks that each have at most `maxTokens` tokens, as long as they can be.
  ///
  /// Without an overlap they are the text when put together. Each chunk is a text of its own, encoded
  /// by itself, and ends at the end of a character; one character that has too many tokens alone is
  /// divided between scalars.
  ///
  /// - Parameters:
  ///   - overlap: the most tokens of a chunk that the next one begins with. Where they would keep the
  ///     next chunk from reaching further, it repeats none.
  ///   - addSpecialTokens: whether those that the post-processor puts around a text count.
  /// - Throws: `TokenizerError.strideTooLong` when the overlap leaves nothing else,
  ///   `TokenizerError.noRoomForSpecialTokens` when not even a scalar fits, and as `encode`.
  public func chunks(
    of text: String, maxTokens: Int, overlap: Int = 0, addSpecialTokens: Bool = true
  ) throws(TokenizerError) -> [Substring] {
    guard overlap == 0 || overlap < maxTokens else {
      throw .strideTooLong(stride: overlap, length: maxTokens)
    }
    let characters = CharacterText(text)
    let encoder = CutEncoder(self, addsSpecialTokens: addSpecialTokens)
    let budget = try TokenBudget(encoder, maximum: maxTokens)
    let repeated = try TokenBudget(
      CutEncoder(self, addsSpecialTokens: false), maximum: max(0, overlap))
    var chunks: [Range<Int>] = []
    var start = 0
    while start < characters.bytes.count {
      let end = try characters.end(of: start, budget)
      guard end > start else {
        throw .noRoomForSpecialTokens(count: encoder.specialTokenCount, length: maxTokens)
      }
      if let last = chunks.last, end <= last.upperBound {
        start = last.upperBound
        continue
      }
      chunks.append(start..<end)
      guard end < characters.bytes.count else { break }
      let next =
        overlap == 0
        ? end
        : try repeated.start(
          of: characters.bytes[start..<end], boundaries: characters.boundaries)
      start = next > start ? next : end
    }
    return chunks.map(characters.part)
  }
}

/// A text as bytes that knows where its characters are.
private struct CharacterText {
  private let text: String
  let bytes: [UInt8]

  init(_ text: String) {
    var text = text
    text.makeContiguousUTF8()
    self.text = text
    bytes = Array(text.utf8)
  }

  func part(_ range: Range<Int>) -> Substring {
    let start = text.utf8.index(text.startIndex, offsetBy: range.lowerBound)
    return text[start..<text.utf8.index(start, offsetBy: range.count)]
  }

  /// The ends of characters in a range that begins at one, with the beginning.
  func boundaries(_ range: Range<Int>) -> [Int] {
    var boundaries = [range.lowerBound]
    // The last character of the range may be a part of one.
    var end = range.upperBound
    while end < bytes.count, UTF8.isContinuation(bytes[end]) { end += 1 }
    let start = text.utf8.index(text.startIndex, offsetBy: range.lowerBound)
    var index = start
    var position = range.lowerBound
    while position < min(end, bytes.count) {
      let next = text.index(after: index)
      position += text.utf8.distance(from: index, to: next)
      index = next
      if position < range.upperBound { boundaries.append(position) }
    }
    return boundaries
  }

  /// The end of the chunk that begins at `start`.
  func end(of start: Int, _ budget: TokenBudget) throws(TokenizerError) -> Int {
    let end = try budget.end(of: bytes[start...], boundaries: boundaries)
    guard end == start else { return end }
    return try budget.end(of: bytes[start...]) { range in
      range.filter { !UTF8.isContinuation(bytes[$0]) }
    }
  }
}
