import TestSupport
import Testing

@testable import Tokenization

/// WordPiece and WordLevel models.
@Suite struct WordPieceTests {
  private func definition(_ tokens: [String]) -> WordPieceDefinition {
    WordPieceDefinition(
      vocabulary: Vocabulary(tokens.enumerated().map { (token: Array($1.utf8), id: TokenID($0)) }))
  }

  private func encode(_ definition: WordPieceDefinition, _ text: String) throws -> PieceTokens {
    var tokens = PieceTokens()
    try WordPieceEncoder(definition).encode(Array(text.utf8)[...], into: &tokens)
    return tokens
  }

  /// Takes ever shorter beginnings of the rest and looks them up.
  private func slowTokens(_ ids: [String: TokenID], _ text: [Character]) -> [TokenID] {
    var result: [TokenID] = []
    var start = 0
    while start < text.count {
      var end = text.count
      func id() -> TokenID? { ids[(start > 0 ? "##" : "") + String(text[start..<end])] }
      while end > start, id() == nil { end -= 1 }
      guard end > start, let id = id() else { return [0] }
      result.append(id)
      start = end
    }
    return result
  }

  @Test("Random words are cut as a slow search cuts them")
  func agreesWithSlowSearch() throws {
    var generator = SeededGenerator(seed: 1)
    let alphabet: [Character] = ["a", "b", "é", "#", "😀"]
    func word(_ length: ClosedRange<Int>) -> [Character] {
      (0..<Int.random(in: length, using: &generator)).map { _ in
        alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
      }
    }
    for _ in 0..<300 {
      var tokens: Set<String> = []
      for _ in 0..<Int.random(in: 1...25, using: &generator) {
        tokens.insert((Bool.random(using: &generator) ? "##" : "") + String(word(1...3)))
      }
      let list = ["[UNK]"] + tokens.sorted()
      let ids = Dictionary(uniqueKeysWithValues: list.enumerated().map { ($1, TokenID($0)) })
      let definition = definition(list)
      for _ in 0..<10 {
        let text = word(1...8)
        let tokens = try encode(definition, String(text))
        #expect(tokens.ids == slowTokens(ids, text), "\(list) \(text)")
        #expect(tokens.lengths.reduce(0, +) == String(text).utf8.count)
      }
    }
  }

  @Test("A word longer than the limit, counted in scalars, is unknown")
  func limitsWords() throws {
    var definition = definition(["[UNK]", "é", "##é"])
    definition.maximumWordLength = 3
    #expect(try encode(definition, "ééé").ids == [1, 2, 2])
    #expect(try encode(definition, "éééé").ids == [0])
    #expect(try encode(definition, "éééé").lengths == [8])
  }

  @Test("An unknown word without an unknown token is an error")
  func needsUnknownToken() throws {
    let definition = definition(["a"])
    #expect(try encode(definition, "a").ids == [0])
    #expect(throws: TokenizerError.missingUnknownToken("[UNK]")) { try encode(definition, "b") }
    let words = WordLevelEncoder(WordLevelDefinition(vocabulary: definition.vocabulary))
    var tokens = PieceTokens()
    try words.encode(Array("a".utf8)[...], into: &tokens)
    #expect(tokens.ids == [0])
    #expect(throws: TokenizerError.missingUnknownToken("<unk>")) {
      try words.encode(Array("b".utf8)[...], into: &tokens)
    }
  }

  @Test("The trie finds every string that a text begins with, the shortest first")
  func findsPrefixes() {
    let strings = ["a", "ab", "abc", "b", "", "abcde", "ac"]
    let trie = ByteTrie(
      strings.enumerated().map { (text: Array($1.utf8)[...], value: UInt32($0)) })
    var found: [UInt32] = []
    Array("abcd".utf8).withUnsafeBufferPointer { text in
      trie.forEachMatch(in: text, at: 0) { end, value in
        #expect(end == strings[Int(value)].utf8.count)
        found.append(value)
      }
    }
    #expect(found == [0, 1, 2])
    #expect(trie.longestMatch(in: Array("abcd".utf8), at: 0) == 3)
    #expect(trie.longestMatch(in: Array("xa".utf8), at: 0) == 0)
    #expect(trie.longestMatch(in: [], at: 0) == 0)
  }
}
