import Normalization
import TestSupport
import Testing

@testable import Tokenization

/// Covers against the encodings of all texts that go on like the prompt.
@Suite struct CoveringTests {
  static let patterns: [PreTokenizer] = [
    .split(.regex(Splitter.gpt2Pattern), .isolated, inverted: false),
    .split(
      .regex(
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
      ), .isolated, inverted: false),
    .split(
      .regex(
        #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
      ), .isolated, inverted: false),
  ]
  static let alphabets = [
    ["s", " ", "'", "l", "A"], ["a", " ", "\n", "1", "!"], [" ", "\t", "é", "中", "'"],
  ]

  /// The least beginnings of encodings that cover a text.
  private func covers(
    of text: [UInt8], _ vocabulary: TinyVocabulary, _ alphabet: [String], longer: Int
  ) throws -> Set<[TokenID]> {
    var result: Set<[TokenID]> = []
    var tails: [[UInt8]] = [[]]
    for _ in 0...longer {
      for tail in tails {
        var (tokens, length): ([TokenID], Int) = ([], 0)
        for id in try vocabulary.encode(text + tail) where length < text.count {
          tokens.append(id)
          length += vocabulary.tokens.first { $0.id == id }?.text.count ?? 1
        }
        result.insert(tokens)
      }
      tails = tails.flatMap { tail in alphabet.map { tail + Array($0.utf8) } }
    }
    return result
  }

  @Test(arguments: patterns, alphabets)
  func `Covers are what some continuation is encoded as`(
    _ pattern: PreTokenizer, _ alphabet: [String]
  ) throws {
    var generator = SeededGenerator(seed: 31)
    for round in 0..<12 {
      let vocabulary = try TinyVocabulary(
        alphabet: alphabet, merges: 14, longest: 3, preTokenizer: pattern,
        whole: round % 3 == 2 ? 4 : 0, &generator)
      let rules = try CoveringRules(vocabulary.tokenizer)
      for _ in 0..<4 {
        let text = (0..<Int.random(in: 1...5, using: &generator)).flatMap { _ in
          Array((alphabet.randomElement(using: &generator) ?? "").utf8)
        }
        var tree = try CoveringTree(rules)
        try tree.append(text)
        let expected = try covers(of: text, vocabulary, alphabet, longer: 4)
        // Others than those of the alphabet may follow, too: no more is asked of these.
        let known = Set(vocabulary.tokens.map(\.id))
        let found = Set(tree.covers().map(\.tokens).filter { known.isSuperset(of: $0) })
        #expect(
          expected.isSubset(of: found),
          "\(String(decoding: text, as: UTF8.self).debugDescription) lacks \(expected.subtracting(found))"
        )
        for cover in found.subtracting(expected) {
          #expect(
            try isPossible(cover, vocabulary),
            "\(String(decoding: text, as: UTF8.self).debugDescription) has \(cover)")
        }
      }
    }
  }

  /// Whether some text is encoded with a beginning, by trying more continuations.
  private func isPossible(_ tokens: [TokenID], _ vocabulary: TinyVocabulary) throws -> Bool {
    let text = vocabulary.text(tokens)
    let partial = Array(partialCharacter(of: text))
    let completions = WordShape.completions(of: partial)
    for completion in completions.isEmpty ? [[]] : completions {
      for first in WordShape.continuations {
        for second in WordShape.continuations {
          if try vocabulary.encode(text.dropLast(partial.count) + completion + first + second)
            .starts(with: tokens)
          {
            return true
          }
        }
      }
    }
    return false
  }

  private func partialCharacter(of text: [UInt8]) -> ArraySlice<UInt8> {
    guard let lead = text.lastIndex(where: { !UTF8.isContinuation($0) }) else { return [] }
    return lead + UTF8.sequenceLength(lead: text[lead]) > text.count ? text[lead...] : []
  }

  @Test func `Bytes that begin no text are refused`() throws {
    var generator = SeededGenerator(seed: 37)
    let vocabulary = try TinyVocabulary(
      alphabet: ["a", "é"], merges: 3, longest: 3, preTokenizer: Self.patterns[0], &generator)
    var tree = try CoveringTree(CoveringRules(vocabulary.tokenizer))
    try tree.append([0x61, 0xC3])
    #expect(throws: CoveringError.impossible(offset: 2)) { try tree.append(0x61) }
    try tree.append(0xA9)
    #expect(tree.count == 3)
  }
}
