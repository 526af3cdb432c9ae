internal import Normalization

/// Finds the longest parts of a text that have at most so many tokens.
///
/// The number of tokens does not grow steadily with a text: one more letter can turn three tokens into
/// one. So all ends near the place where the tokens run out are tried, the longest part first. Past
/// the next cut (`CutRule`) no end can fit, because the tokens before it are there to stay.
struct TokenBudget {
  private let encoder: CutEncoder
  /// The most tokens, without those around the text.
  private let room: Int

  /// How far past the token that is too many ends are tried, in bytes, where no cut comes earlier.
  static let reach = 256

  /// - Throws: `TokenizerError.noRoomForSpecialTokens` when those around a text are too many alone.
  init(_ encoder: CutEncoder, maximum: Int) throws(TokenizerError) {
    self.encoder = encoder
    room = maximum - encoder.specialTokenCount
    guard room >= 0 else {
      throw .noRoomForSpecialTokens(count: encoder.specialTokenCount, length: maximum)
    }
  }

  // MARK: From the beginning

  /// The end of the longest part of a text that begins at `start`, ends at the end of a character and
  /// fits; `start` when none does.
  func end(
    of text: ArraySlice<UInt8>, boundaries: (Range<Int>) -> [Int]
  ) throws(TokenizerError) -> Int {
    var state = CutEncoder.State()
    var count = 0
    var position = text.startIndex
    while position < text.endIndex {
      let step = max(Self.reach, (room - count) * 6)
      let next = cut(after: position + step, in: text) ?? text.endIndex
      let before = state
      let tokens = try encoder.tokens(of: text[position..<next], after: &state)
      if count + tokens.count > room {
        return try end(
          of: text, in: position..<next, tokens, room - count, before, boundaries)
      }
      count += tokens.count
      position = next
    }
    return text.endIndex
  }

  /// The same inside a part that has too many tokens.
  private func end(
    of text: ArraySlice<UInt8>, in part: Range<Int>, _ tokens: Encoding, _ room: Int,
    _ state: CutEncoder.State, _ boundaries: (Range<Int>) -> [Int]
  ) throws(TokenizerError) -> Int {
    let excess = tokens.offsets[room]
    let start = text.startIndex
    var position = part.lowerBound
    var state = state
    var room = room
    let first = min(start + excess.lowerBound + 1, text.endIndex)
    if let cut = lastCut(in: text, part.lowerBound..<max(part.lowerBound, first)) {
      room -= try encoder.tokens(of: text[position..<cut], after: &state).count
      position = cut
    }
    let last = start + excess.upperBound
    let limit = min(
      cut(after: last, in: text[..<part.upperBound]) ?? part.upperBound,
      last + (encoder.rule == nil ? 0 : Self.reach))
    for end in boundaries(position..<min(text.endIndex, limit + 1)).reversed()
    where end > position {
      var copy = state
      if try encoder.tokens(of: text[position..<end], after: &copy).count <= room { return end }
    }
    return position
  }

  // MARK: From the end

  /// The beginning of the longest part of a text that ends where the text does, begins at the
  /// beginning of a character and fits; the end of the text when none does.
  func start(
    of text: ArraySlice<UInt8>, boundaries: (Range<Int>) -> [Int]
  ) throws(TokenizerError) -> Int {
    // A sum of scores cannot be taken up from the end.
    let usesCuts = encoder.rule != nil && !encoder.carriesScore
    var tail = 0
    var tailStart = text.endIndex
    while true {
      let step = max(Self.reach, (room - tail) * 6)
      let partStart =
        usesCuts
        ? lastCut(in: text, text.startIndex..<max(text.startIndex, tailStart - step))
          ?? text.startIndex
        : text.startIndex
      var state = try state(before: partStart, in: text)
      let tokens = try encoder.tokens(of: text[partStart..<tailStart], after: &state)
      if tail + tokens.count > room {
        let excess = tokens.offsets[tokens.count - (room - tail) - 1]
        let part = Part(
          range: partStart..<tailStart, tokens: tokens, shift: state.position - tailStart,
          tail: tail)
        return try start(of: text, part, before: excess, usesCuts, boundaries)
      }
      if partStart == text.startIndex { return partStart }
      tail += tokens.count
      tailStart = partStart
    }
  }

  /// A part of a text whose tokens are known.
  private struct Part {
    var range: Range<Int>
    var tokens: Encoding
    /// What its offsets are more than indices.
    var shift: Int
    /// The number of tokens after it.
    var tail: Int
  }

  private func start(
    of text: ArraySlice<UInt8>, _ part: Part, before excess: Range<Int>, _ usesCuts: Bool,
    _ boundaries: (Range<Int>) -> [Int]
  ) throws(TokenizerError) -> Int {
    let last = excess.lowerBound - part.shift
    var first = max(part.range.lowerBound, last - (usesCuts ? Self.reach : 0))
    if usesCuts, let cut = lastCut(in: text, first..<(last + 1)) { first = cut }
    // Where nothing in the part fits, not even at its end, shorter ones are looked for after it.
    for range in [part.range, part.range.upperBound..<text.endIndex] {
      for start in boundaries(range) where start >= first {
        let knowsRest = usesCuts && start + 2 <= part.range.upperBound
        let cut = knowsRest ? cut(after: start + 2, in: text[..<part.range.upperBound]) : nil
        let end = cut ?? (knowsRest ? part.range.upperBound : text.endIndex)
        var state = CutEncoder.State()
        var count = try encoder.tokens(of: text[start..<end], after: &state).count
        if knowsRest {
          count += part.tail
          count += part.tokens.offsets.count { $0.lowerBound - part.shift >= end }
        }
        if count <= room { return start }
      }
    }
    return text.endIndex
  }

  // MARK: Cuts

  private func state(
    before cut: Int, in text: ArraySlice<UInt8>
  ) throws(TokenizerError) -> CutEncoder.State {
    var state = CutEncoder.State()
    guard cut > text.startIndex else { return state }
    _ = try encoder.tokens(of: CutRule.letter(before: cut, in: text)[...], after: &state)
    return state
  }

  private func cut(after position: Int, in text: ArraySlice<UInt8>) -> Int? {
    guard position < text.endIndex else { return nil }
    return encoder.rule?.firstCut(in: text, position..<text.endIndex)
  }

  private func lastCut(in text: ArraySlice<UInt8>, _ range: Range<Int>) -> Int? {
    encoder.rule?.lastCut(in: text, range)
  }
}
