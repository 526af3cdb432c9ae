internal import ByteIO
internal import Normalization

/// Where the words of a splitting pattern can end while a text is being spelled token by token.
///
/// Whether a word ends at a place may depend on what follows (`\s+(?!\S)`, contractions, cased words), so
/// that a beginning of a text can go on in several ways. A state is what all of them depend on: the shapes
/// of the words since the last boundary that nothing can move any more, and the bytes of a character that
/// has begun. States are made as they are met; steps are remembered by the shape of a token.
final class WordBoundaryAutomaton {
  typealias State = Int

  /// What a token can be to a text: the state behind it, if the last word goes on in it, and if it
  /// begins a word.
  struct Step {
    var continued: State?
    var began: State?
  }

  private struct Situation: Hashable {
    /// The shapes of the words, the unfinished one last.
    var words: [[UInt8]]
    /// The beginning of a character.
    var partial: [UInt8]

    var text: [UInt8] { words.joined() + partial }
    /// Where the words but the first begin.
    var boundaries: [Int] {
      words.dropLast().reduce(into: []) { $0.append(($0.last ?? 0) + $1.count) }
    }
  }

  private let pattern: WordPattern?
  private let shapes: [TokenShape]
  private var situations = [Situation(words: [], partial: [])]
  private var states: [Situation: State]
  /// By state and shape.
  private var steps: [[Step?]]
  private var ends: [Bool?] = [nil]

  /// The state before any text.
  static let start: State = 0

  /// - Parameters:
  ///   - pattern: `nil` where nothing is cut.
  ///   - shapes: those of all tokens.
  init(_ pattern: WordPattern?, shapes: [TokenShape]) {
    self.pattern = pattern
    self.shapes = shapes
    states = [situations[0]: 0]
    steps = [[Step?](repeating: nil, count: shapes.count)]
  }

  /// The step that a token makes.
  ///
  /// - Parameter shape: the place of the token's shape among all.
  func step(_ state: State, shape: Int) -> Step {
    if let known = steps[state][shape] { return known }
    let step = makeStep(situations[state], shapes[shape])
    steps[state][shape] = step
    return step
  }

  /// Whether a text can end in a state.
  func canEnd(_ state: State) -> Bool {
    if let known = ends[state] { return known }
    let situation = situations[state]
    let result =
      situation.partial.isEmpty
      && boundaries(of: situation.text).dropLast() == situation.boundaries[...]
    ends[state] = result
    return result
  }

  /// Whether a state is inside a character.
  func isInsideCharacter(_ state: State) -> Bool { !situations[state].partial.isEmpty }

  // MARK: Steps

  private func makeStep(_ situation: Situation, _ token: TokenShape) -> Step {
    guard let parts = token.following(situation.partial) else { return Step() }
    guard pattern != nil else {
      // The whole text is one word, of which nothing has to be remembered.
      let next = state(Situation(words: [[]], partial: parts.partial))
      return situation.words.isEmpty ? Step(began: next) : Step(continued: next)
    }
    var continued = situation
    continued.partial = parts.partial
    if continued.words.isEmpty { continued.words = [[]] }
    continued.words[continued.words.count - 1] += parts.body
    if situation.words.isEmpty {
      // A text begins with a word.
      return Step(began: isPossible(continued) ? state(settled(continued)) : nil)
    }
    var step = Step()
    if isPossible(continued) { step.continued = state(settled(continued)) }
    // A boundary cannot lie inside a character.
    if situation.partial.isEmpty {
      let began = Situation(words: situation.words + [parts.body], partial: parts.partial)
      if isPossible(began) { step.began = state(settled(began)) }
    }
    return step
  }

  private func state(_ situation: Situation) -> State {
    if let known = states[situation] { return known }
    situations.append(situation)
    ends.append(nil)
    steps.append([Step?](repeating: nil, count: shapes.count))
    states[situation] = situations.count - 1
    return situations.count - 1
  }

  /// Whether some text that goes on from a situation is cut as it says.
  private func isPossible(_ situation: Situation) -> Bool {
    hasContinuation(situation) { $0 == situation.boundaries }
  }

  /// The situation without the words before boundaries that hold however the text goes on.
  private func settled(_ situation: Situation) -> Situation {
    var result = situation
    while result.words.count > 1 {
      let first = result.words[0].count
      if hasContinuation(result, where: { $0.first != first }) { break }
      result.words.removeFirst()
    }
    if let last = result.words.last {
      result.words[result.words.count - 1] = WordShape.shape(of: last, mayFollowApostrophe: true)
    }
    return result
  }

  /// Whether a situation has a continuation whose boundaries are as wanted.
  ///
  /// - Parameter isWanted: is given the boundaries before the end of the known text; where that ends in
  ///   the middle of a character, also the one before this character.
  private func hasContinuation(
    _ situation: Situation, where isWanted: ([Int]) -> Bool
  ) -> Bool {
    let known = situation.words.joined()
    let limit = known.count + (situation.partial.isEmpty ? 0 : 1)
    let completions =
      situation.partial.isEmpty ? [[]] : WordShape.completions(of: situation.partial)
    for completion in completions {
      for continuation in WordShape.continuations {
        let text = known + completion + continuation
        if isWanted(boundaries(of: text).filter { $0 < limit }) { return true }
      }
    }
    return false
  }

  /// The ends of the words of a text.
  private func boundaries(of text: [UInt8]) -> [Int] {
    guard let pattern, !text.isEmpty else { return [text.count] }
    return text.withUnsafeBufferPointer { bytes in
      [Int](unsafeUninitializedCapacity: text.count) { ends, count in
        count = pattern.findEnds(in: bytes, from: 0, into: ends)
      }
    }
  }
}

/// A token as the automaton sees it: the shape of its characters between what belongs to characters that
/// it only ends or begins.
struct TokenShape: Hashable {
  /// The bytes that end a character.
  private let head: [UInt8]
  /// The shape of the whole characters.
  private let body: [UInt8]
  /// The bytes that begin a character.
  private let tail: [UInt8]

  /// - Returns: `nil` for bytes that occur in no UTF-8.
  init?(_ bytes: ArraySlice<UInt8>) {
    let start = bytes.firstIndex { !UTF8.isContinuation($0) } ?? bytes.endIndex
    var end = start
    while end < bytes.endIndex {
      let length = UTF8.sequenceLength(lead: bytes[end])
      guard end + length <= bytes.endIndex else { break }
      end += length
    }
    let whole = bytes[start..<end]
    guard UTF8Validation.firstInvalidByte(in: whole) == nil else { return nil }
    head = Array(bytes[..<start])
    tail = Array(bytes[end...])
    guard head.count < 4, tail.isEmpty || !WordShape.completions(of: tail).isEmpty else {
      return nil
    }
    body = WordShape.shape(of: whole)
  }

  /// The token behind the beginning of a character: the shape of the characters that are then complete, and
  /// the beginning of the next one.
  ///
  /// - Returns: `nil` when the bytes do not fit together.
  func following(_ partial: [UInt8]) -> (body: [UInt8], partial: [UInt8])? {
    if partial.isEmpty { return head.isEmpty ? (body, tail) : nil }
    guard let lead = partial.first, !head.isEmpty else { return nil }
    let character = partial + head
    let missing = UTF8.sequenceLength(lead: lead) - character.count
    if missing > 0 {
      guard body.isEmpty, tail.isEmpty, !WordShape.completions(of: character).isEmpty else {
        return nil
      }
      return ([], character)
    }
    guard missing == 0, UTF8Validation.firstInvalidByte(in: character[...]) == nil else {
      return nil
    }
    return (WordShape.shape(of: character) + body, tail)
  }
}
