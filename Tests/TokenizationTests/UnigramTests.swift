import TestSupport
import Testing

@testable import Tokenization

/// Unigram models: the best path through a text, and what becomes of unknown characters.
@Suite struct UnigramTests {
  private func definition(_ pieces: [(String, Double)], unknown: TokenID? = 0) -> UnigramDefinition
  {
    var definition = UnigramDefinition(
      vocabulary: Vocabulary(
        pieces.enumerated().map { (token: Array($1.0.utf8), id: TokenID($0)) }),
      scores: pieces.map(\.1))
    definition.unknownID = unknown
    return definition
  }

  private func encode(_ definition: UnigramDefinition, _ text: String) throws -> PieceTokens {
    var tokens = PieceTokens()
    try UnigramEncoder(definition).encode(Array(text.utf8)[...], into: &tokens)
    return tokens
  }

  /// The example in the documentation of Hugging Face's `Unigram::encode`.
  @Test("The documented example is cut as documented")
  func cutsExample() throws {
    let tokens = try encode(
      definition([
        ("<unk>", 0), ("a", 0), ("b", 0), ("c", 0), ("d", 0), ("cd", 1), ("ab", 2), ("abc", 5),
        ("abcd", 10),
      ]), "abcdacdxx")
    #expect(tokens.ids == [8, 1, 5, 0])
    #expect(tokens.lengths == [4, 1, 2, 2])
    #expect(tokens.areNamedByText == [false, false, false, true])
  }

  /// Tries every token that ends at each position, in strings and dictionaries.
  private func slowSegments(
    _ pieces: [(String, Double)], _ characters: [Character]
  ) -> [(text: String, isUnknown: Bool)] {
    let scores = Dictionary(pieces, uniquingKeysWith: { $1 })
    let unknown = (pieces.map(\.1).min() ?? 0) - 10
    var best: [(score: Double, start: Int, isUnknown: Bool)] = [(0, 0, false)]
    for end in 1...characters.count {
      var candidate: (score: Double, start: Int, isUnknown: Bool)?
      for start in 0..<end {
        let text = String(characters[start..<end])
        let isUnknown = scores[text] == nil
        guard !isUnknown || end - start == 1 else { continue }
        let score = (scores[text] ?? unknown) + best[start].score
        if candidate.map({ score > $0.score }) ?? true { candidate = (score, start, isUnknown) }
      }
      best.append(candidate ?? (0, end - 1, true))
    }
    var segments: [(text: String, isUnknown: Bool)] = []
    var end = characters.count
    while end > 0 {
      let (_, start, isUnknown) = best[end]
      let text = String(characters[start..<end])
      if isUnknown, let first = segments.first, first.isUnknown {
        segments[0].text = text + first.text
      } else {
        segments.insert((text, isUnknown), at: 0)
      }
      end = start
    }
    return segments
  }

  @Test("Random texts are cut as a slow search cuts them, ties included")
  func agreesWithSlowSearch() throws {
    var generator = SeededGenerator(seed: 1)
    let alphabet: [Character] = ["a", "b", "é", "日", "😀"]
    func word(_ length: ClosedRange<Int>) -> [Character] {
      (0..<Int.random(in: length, using: &generator)).map { _ in
        alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
      }
    }
    for _ in 0..<300 {
      var tokens: Set<String> = []
      for _ in 0..<Int.random(in: 1...25, using: &generator) { tokens.insert(String(word(1...4))) }
      // Few different scores, so that many paths are equally good.
      let pieces =
        [("<unk>", -3.0)]
        + tokens.sorted().map { ($0, Double(Int.random(in: -6 ... -1, using: &generator))) }
      let encoder = UnigramEncoder(definition(pieces))
      for _ in 0..<10 {
        let characters = word(1...20)
        var tokens = PieceTokens()
        try encoder.encode(Array(String(characters).utf8)[...], into: &tokens)
        let expected = slowSegments(pieces, characters)
        #expect(tokens.lengths == expected.map(\.text.utf8.count), "\(pieces) \(characters)")
        let ids = expected.map { segment in
          TokenID(pieces.firstIndex { $0.0 == segment.text } ?? 0)
        }
        #expect(tokens.ids == ids, "\(pieces) \(characters)")
      }
    }
  }

  @Test("A text that is decided part by part is cut as one that is searched whole")
  func decidesPartByPart() throws {
    var generator = SeededGenerator(seed: 2)
    func word(_ length: ClosedRange<Int>) -> String {
      (0..<Int.random(in: length, using: &generator)).map { _ in
        ["a", "b", "é", "日", "😀"][Int.random(in: 0..<5, using: &generator)]
      }.joined()
    }
    for _ in 0..<100 {
      let tokens = Set((0..<20).map { _ in word(1...6) }).sorted()
      let pieces =
        [("<unk>", -3.0)]
        + tokens.map { ($0, Double(Int.random(in: -6 ... -1, using: &generator))) }
      let search = UnigramEncoder(definition(pieces)).search
      let text = Array(word(1...200).utf8)
      func parts(windowLength: Int) -> ([PiecePart], Double) {
        var lattice = UnigramLattice<Double>()
        var parts: [PiecePart] = []
        text.withUnsafeBufferPointer {
          search.forEachPart(of: $0, &lattice, windowLength: windowLength) { parts.append($0) }
        }
        return (parts, lattice.score)
      }
      let whole = parts(windowLength: text.count)
      for length in [1, 2, 7, 40] {
        #expect(parts(windowLength: length) == whole, "\(pieces) \(text)")
      }
    }
  }

  @Test("Unknown characters become bytes that share the place of their whole run")
  func fallsBackToBytes() throws {
    var pieces = [("<unk>", 0.0), ("a", -1.0)]
    for byte in UInt8.min...UInt8.max { pieces.append((ByteFallback.token(byte), -2.0)) }
    var definition = definition(pieces)
    definition.fallsBackToBytes = true
    let tokens = try encode(definition, "aéxa")
    let bytes: [TokenID] = [0xC3, 0xA9, 0x78]
    #expect(tokens.ids == [1] + bytes.map { $0 + 2 } + [1])
    #expect(tokens.lengths == [1, 3, 3, 3, 1])
    #expect(tokens.advances == [1, 0, 0, 3, 1])
  }

  @Test("Without an unknown token an unknown character is an error, a known text is none")
  func needsUnknownToken() throws {
    let definition = definition([("a", -1), ("ab", -1)], unknown: nil)
    #expect(try encode(definition, "aba").ids == [1, 0])
    #expect(throws: TokenizerError.missingUnknownID) { try encode(definition, "abx") }
  }

  @Test("A text of 300,000 characters does not take quadratic time", .timeLimit(.minutes(1)))
  func encodesLongTexts() throws {
    let definition = definition([("<unk>", 0), ("a", -1), ("aa", -1.5), ("aaaa", -2)])
    let tokens = try encode(definition, String(repeating: "a", count: 300_000))
    #expect(tokens.ids.count == 75_000)
  }
}
