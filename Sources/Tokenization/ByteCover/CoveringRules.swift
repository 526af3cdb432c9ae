internal import Normalization

/// What can follow what in the token sequences of a tokenizer: everything that a covering of bytes by
/// tokens asks of it.
///
/// It remembers what it has worked out, and is used by one thread at a time.
public final class CoveringRules {
  /// Which token sequences count.
  public enum Mode: String, Sendable, CaseIterable {
    /// Those that the tokenizer makes of some text (Phan et al. 2024).
    case canonical
    /// Every sequence that spells the text (Vieira et al. 2024, "From Language Models over Tokens to
    /// Language Models over Characters").
    case all
  }
  public let mode: Mode
  /// The tokens that stand for bytes of a text.
  public let index: TokenByteIndex
  /// Whether the tokenizer puts a space in front of every text, which then is covered as well.
  public let addsSpace: Bool
  /// The tokenizer.
  public let tokenizer: Tokenizer
  private let pairs: PairValidity?
  private let automaton: WordBoundaryAutomaton
  /// By the places of the index: the place of the token's shape among all; -1 for bytes of no UTF-8.
  private let shapes: [Int]
  /// By the places of the index: how the token may be used.
  private let uses: [Use]
  /// The bytes of tokens that only a word as a whole can be, where such words come before merges.
  private let wholeWords: Set<[UInt8]>
  private let fallback: FallbackCharacters?
  private var deadEnds: [Ending: Bool] = [:]
  private var lookAhead = 0

  private enum Use {
    case anywhere
    /// As a whole word only: merges do not make it.
    case wholeWord
    /// As a byte of a character without a token.
    case fallback
    case never
  }

  /// Where a sequence of tokens stands.
  struct State: Hashable {
    fileprivate var boundary = WordBoundaryAutomaton.start
    /// Where the last word begins; kept only while it matters.
    fileprivate var wordStart = 0
    /// Whether the last token has to be its word.
    fileprivate var endsWord = false
    /// The fallback bytes of a character that is not finished.
    fileprivate var pending: [UInt8] = []
  }

  /// The rules of a tokenizer.
  ///
  /// Covered are byte-level BPE that cuts by one of the known word patterns or not at all, and
  /// SentencePiece's BPE with byte fallback. Special tokens in the text are not looked for.
  ///
  /// - Throws: `CoveringError` for any other tokenizer.
  public init(_ tokenizer: Tokenizer, mode: Mode = .canonical) throws {
    self.tokenizer = tokenizer
    self.mode = mode
    let parts = try CoveredTokenizer(tokenizer)
    addsSpace = parts.addsSpace
    index = TokenByteIndex(parts.tokens)
    let pairs = PairValidity(tokenizer.definition.model, atoms: parts.fallbackTokens)
    self.pairs = pairs
    fallback =
      parts.fallbackTokens.isEmpty
      ? nil
      : FallbackCharacters(index: index) { parts.fallbackTokens.contains($0) }
    var numbers: [TokenShape: Int] = [:]
    var allShapes: [TokenShape] = []
    var shapes: [Int] = []
    var uses: [Use] = []
    var wholeWords: Set<[UInt8]> = []
    for (place, id) in index.ids.enumerated() {
      if let shape = TokenShape(index.bytes(at: place)) {
        if numbers[shape] == nil { allShapes.append(shape) }
        let number = numbers[shape] ?? allShapes.count - 1
        numbers[shape] = number
        shapes.append(number)
      } else {
        shapes.append(-1)
      }
      if parts.fallbackTokens.contains(id) {
        uses.append(.fallback)
      } else if pairs?.isReachable(id) == true {
        uses.append(.anywhere)
      } else if parts.takesWholeWords {
        uses.append(.wholeWord)
        wholeWords.insert(Array(index.bytes(at: place)))
      } else {
        uses.append(.never)
      }
    }
    automaton = WordBoundaryAutomaton(parts.pattern, shapes: allShapes)
    self.shapes = shapes
    self.uses = uses
    self.wholeWords = wholeWords
  }

  /// The tokens that stand for no bytes: special and unknown ones.
  public lazy var specialTokens: [TokenID] = {
    let text = Set(index.ids)
    return tokenizer.vocabulary.ids.filter { !text.contains($0) }
  }()

  // MARK: Steps

  /// Where a sequence of tokens stands, and what it stands for.
  struct Place {
    /// The states that it can be in, depending on what follows.
    var states = [State()]
    /// Its last token; `nil` at the beginning.
    var last: TokenID?
    /// How many bytes it stands for.
    var position = 0
  }

  /// The states in which a token leaves a sequence; none when the token cannot follow.
  ///
  /// - Parameters:
  ///   - token: its place in the index.
  ///   - text: the bytes that the sequence stands for, at least.
  func states(after place: Place, adding token: Int, in text: [UInt8]) -> [State] {
    if mode == .all { return place.states }
    var result: [State] = []
    for state in place.states {
      let step = step(state, place, token, text)
      for case let next? in [step.began, step.continued]
      where !result.contains(next) && leadsOn(next, place, token, text) {
        result.append(next)
      }
    }
    return result
  }

  /// Whether a token can follow a sequence; parameters as in `states(after:adding:in:)`.
  func allows(_ token: Int, after place: Place, in text: [UInt8]) -> Bool {
    if mode == .all { return true }
    return place.states.contains { state in
      let step = step(state, place, token, text)
      if let next = step.began, leadsOn(next, place, token, text) { return true }
      if let next = step.continued, leadsOn(next, place, token, text) { return true }
      return false
    }
  }

  @inline(__always)
  private func step(
    _ state: State, _ place: Place, _ token: Int, _ text: [UInt8]
  ) -> (began: State?, continued: State?) {
    let use = uses[token]
    if let fallback {
      if use == .fallback {
        let byte = index.byte(at: token, 0)
        return (fallback.extended(state.pending, by: byte).map { State(pending: $0) }, nil)
      }
      guard state.pending.isEmpty else { return (nil, nil) }
    }
    guard use != .never, shapes[token] >= 0 else { return (nil, nil) }
    let step = automaton.step(state.boundary, shape: shapes[token])
    var result: (began: State?, continued: State?)
    if let boundary = step.began, place.last == nil || canEndWord(state, place, text) {
      result.began = State(
        boundary: boundary, wordStart: wholeWords.isEmpty ? 0 : place.position,
        endsWord: use == .wholeWord)
    }
    if let boundary = step.continued, use == .anywhere, !state.endsWord,
      follows(place.last, index.ids[token])
    {
      result.continued = State(boundary: boundary, wordStart: state.wordStart)
    }
    return result
  }

  // MARK: Dead ends

  private struct Ending: Hashable {
    var token: Int
    var state: State
    var mayEndWord: Bool
  }

  /// Whether the state behind a token is part of some text. Where the text cannot end, as inside a character
  /// or a contraction, the tokens that it needs may not be able to follow.
  private func leadsOn(_ next: State, _ place: Place, _ token: Int, _ text: [UInt8]) -> Bool {
    guard next.pending.isEmpty else { return true }
    var behind = Place(states: [next], last: index.ids[token])
    behind.position = place.position + index.length(at: token)
    let text = wholeWords.isEmpty ? [] : text[..<place.position] + index.bytes(at: token)
    let mayEndWord = canEndWord(next, behind, Array(text))
    if mayEndWord, automaton.canEnd(next.boundary) { return true }
    var ending = Ending(token: token, state: next, mayEndWord: mayEndWord)
    ending.state.wordStart = 0
    if let known = deadEnds[ending] { return !known }
    // What goes on for so long has not ended in any vocabulary.
    guard lookAhead < 3 else { return true }
    lookAhead += 1
    defer { lookAhead -= 1 }
    let range =
      automaton.isInsideCharacter(next.boundary)
      ? index.range(ofFirstBytes: 0x80...0xBF) : 0..<index.count
    let result = range.contains { allows($0, after: behind, in: Array(text)) }
    deadEnds[ending] = !result
    return result
  }

  private func follows(_ previous: TokenID?, _ token: TokenID) -> Bool {
    guard let previous, let pairs else { return true }
    return pairs.isValid(previous, token)
  }

  /// Whether the last word of a sequence may end: a word that is a token as a whole is nothing else.
  private func canEndWord(_ state: State, _ place: Place, _ text: [UInt8]) -> Bool {
    wholeWords.isEmpty || state.endsWord
      || !wholeWords.contains(Array(text[state.wordStart..<place.position]))
  }

  /// Whether a text can end with a sequence.
  func canEnd(_ place: Place, in text: [UInt8]) -> Bool {
    mode == .all
      || place.states.contains {
        $0.pending.isEmpty && automaton.canEnd($0.boundary) && canEndWord($0, place, text)
      }
  }
}
