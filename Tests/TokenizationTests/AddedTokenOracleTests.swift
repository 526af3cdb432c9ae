import Normalization
import TestSupport
import Testing

@testable import Tokenization

/// Added tokens in a whole tokenizer against a search that tries every token at every place.
@Suite struct AddedTokenOracleTests {
  private static let alphabet: [String] = [
    "a", "b", "A", " ", "  ", "\n", "<", ">", "é", "_", "-", "你",
  ]

  private func text(_ generator: inout SeededGenerator, _ length: ClosedRange<Int>) -> String {
    (0..<Int.random(in: length, using: &generator))
      .map { _ in Self.alphabet.randomElement(using: &generator) ?? "" }.joined()
  }

  /// A tokenizer that knows nothing but its added tokens, so that what is between them shows.
  private func tokenizer(
    _ added: [AddedToken], lowercases: Bool
  ) throws -> Tokenizer {
    var model = WordLevelDefinition(
      vocabulary: Vocabulary([(token: Array("?".utf8), id: TokenID(0))]))
    model.unknownToken = "?"
    return try Tokenizer(
      TokenizerDefinition(
        normalizer: lowercases ? .lowercase : nil, model: .wordLevel(model), addedTokens: added))
  }

  @Test("Seeded random tokens with all flags", arguments: UInt64(0)..<60)
  func agrees(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    // The reference refuses two tokens with one normalized form.
    var contents: [String: String] = [:]
    let count = Int.random(in: 1...12, using: &generator)
    while contents.count < count {
      let content = text(&generator, 1...4)
      contents[content.lowercased()] = content
    }
    let added = contents.values.sorted().enumerated().map { index, content in
      AddedToken(
        id: TokenID(1 + index), content: content,
        isSingleWord: Int.random(in: 0..<4, using: &generator) == 0,
        stripsLeft: Int.random(in: 0..<3, using: &generator) == 0,
        stripsRight: Int.random(in: 0..<3, using: &generator) == 0,
        isNormalized: Bool.random(using: &generator), isSpecial: Bool.random(using: &generator))
    }
    // One-to-one lowercasing keeps offsets, so that the oracle can work on texts.
    let lowercases = seed % 2 == 0
    let tokenizer = try tokenizer(added, lowercases: lowercases)
    for _ in 0..<30 {
      let text = text(&generator, 0...25)
      let encoding = try tokenizer.encode(text, addSpecialTokens: false)
      let expected = oracle(text, added, lowercases: lowercases)
      #expect(zip(encoding.ids, encoding.offsets).map { Part(id: $0, range: $1) } == expected)
    }
  }

  private struct Part: Equatable {
    var id: TokenID
    var range: Range<Int>
  }

  /// Raw tokens first, then normalized ones in what is left.
  private func oracle(_ text: String, _ added: [AddedToken], lowercases: Bool) -> [Part] {
    let bytes = Array(text.utf8)
    func lower(_ text: String) -> [UInt8] { Array((lowercases ? text.lowercased() : text).utf8) }
    let raw = added.filter { !$0.isNormalized }.map { (Array($0.content.utf8), $0) }
    let normalized = added.filter(\.isNormalized).map { (lower($0.content), $0) }
    var parts: [Part] = []
    for (range, token) in search(bytes, raw) {
      if let token {
        parts.append(Part(id: token.id, range: range))
        continue
      }
      let inner = lower(String(decoding: bytes[range], as: UTF8.self))
      for (part, token) in search(inner, normalized) {
        let place = (range.lowerBound + part.lowerBound)..<(range.lowerBound + part.upperBound)
        parts.append(Part(id: token?.id ?? 0, range: place))
      }
    }
    return parts
  }

  private func search(
    _ text: [UInt8], _ tokens: [([UInt8], AddedToken)]
  ) -> [(Range<Int>, AddedToken?)] {
    var result: [(Range<Int>, AddedToken?)] = []
    var covered = 0
    var position = 0
    while position < text.count {
      let here = tokens.filter { text[position...].starts(with: $0.0) }
      // Of two with one form the one with the higher id was put in last.
      guard let (form, token) = here.max(by: { ($0.0.count, $0.1.id) < ($1.0.count, $1.1.id) })
      else {
        position += 1
        continue
      }
      let match = position..<(position + form.count)
      position = match.upperBound
      if token.isSingleWord, !standsAlone(match, text) { continue }
      var (start, end) = (match.lowerBound, match.upperBound)
      if token.stripsLeft {
        while start > 0, isSpace(text[start - 1]) { start -= 1 }
        start = max(start, covered)
      }
      if token.stripsRight { while end < text.count, isSpace(text[end]) { end += 1 } }
      guard start <= end else { continue }
      if covered < start { result.append((covered..<start, nil)) }
      if start < end { result.append((start..<end, token)) }
      covered = end
    }
    if covered < text.count { result.append((covered..<text.count, nil)) }
    return result
  }

  private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A }

  /// All letters of the alphabet above but the signs and spaces are word characters.
  private func standsAlone(_ range: Range<Int>, _ text: [UInt8]) -> Bool {
    func isWord(_ byte: UInt8) -> Bool {
      byte >= 0x80 || byte == UInt8(ascii: "_") || (byte | 0x20) &- UInt8(ascii: "a") < 26
    }
    return !(range.lowerBound > 0 && isWord(text[range.lowerBound - 1]))
      && !(range.upperBound < text.count && isWord(text[range.upperBound]))
  }

  @Test("A hundred thousand added tokens are found, each in its place", .timeLimit(.minutes(1)))
  func manyTokens() throws {
    let count = 100_000
    let added = (0..<count).map {
      AddedToken(id: TokenID($0 + 1), content: "<extra_\($0)>", isNormalized: $0 % 2 == 0)
    }
    let tokenizer = try tokenizer(added, lowercases: true)
    let wanted = stride(from: 0, to: count, by: 7).map { $0 }
    let text = wanted.map { "<extra_\($0)>" }.joined()
    let ids = try tokenizer.encode(text, addSpecialTokens: false).ids
    #expect(ids == wanted.map { TokenID($0 + 1) })
    let none = String(repeating: "<extra_x", count: 20_000)
    #expect(try tokenizer.encode(none, addSpecialTokens: false).ids == [0])
  }
}
