import TestSupport
import Testing

@testable import Tokenization

/// Tokens and their ids.
@Suite struct VocabularyTests {
  private func vocabulary(_ tokens: [(String, TokenID)]) -> Vocabulary {
    Vocabulary(tokens.map { (token: Array($0.0.utf8), id: $0.1) })
  }

  @Test("Tokens are found by their bytes and by their ids; a repeated token keeps its last id")
  func looksUp() {
    let vocabulary = vocabulary([("a", 0), ("b", 7), ("a", 3), ("", 5)])
    #expect(vocabulary.count == 3 && vocabulary.maximumID == 7)
    #expect(vocabulary.id(of: Array("a".utf8)) == 3 && vocabulary.id(of: []) == 5)
    #expect(vocabulary.token(3)?.elementsEqual("a".utf8) == true)
    #expect(vocabulary.token(0) == nil && vocabulary.token(4) == nil && vocabulary.token(8) == nil)
    #expect(vocabulary.id(of: Array("c".utf8)) == nil)
    #expect(vocabulary.entries.map(\.id) == [3, 7, 5])
  }

  @Test("Canonically equivalent spellings are different tokens")
  func comparesBytes() {
    let vocabulary = vocabulary([("é", 0), ("e\u{301}", 1), ("K", 2), ("\u{212A}", 3)])
    #expect(vocabulary.count == 4)
    #expect(vocabulary.id(of: Array("e\u{301}".utf8)) == 1)
    #expect(vocabulary.id(of: Array("\u{212A}".utf8)) == 3)
  }

  @Test("An empty vocabulary has nothing")
  func acceptsNothing() {
    let vocabulary = vocabulary([])
    #expect(vocabulary.count == 0 && vocabulary.maximumID == nil)
    #expect(vocabulary.id(of: []) == nil && vocabulary.token(0) == nil)
  }

  @Test("Ids may be as large as they get, with gaps between them")
  func acceptsHugeIDs() {
    let ids: [TokenID] = [0, 5, 1 << 20, .max - 1, .max]
    let vocabulary = vocabulary(ids.map { ("token\($0)", $0) })
    for id in ids {
      #expect(vocabulary.token(id)?.elementsEqual("token\(id)".utf8) == true)
      #expect(vocabulary.id(of: Array("token\(id)".utf8)) == id)
    }
    #expect(vocabulary.token(4) == nil && vocabulary.maximumID == .max)
  }

  @Test("Many random tokens are kept apart as a dictionary keeps them", arguments: [1, 1_000_003])
  func agreesWithDictionary(factor: TokenID) {
    var generator = SeededGenerator(seed: 1)
    var builder = Vocabulary.Builder()
    var expected: [[UInt8]: TokenID] = [:]
    for index in 0..<30_000 {
      // Short ones over few bytes: many repetitions, and many that differ in one byte.
      let length = Int.random(in: 0...12, using: &generator)
      let token = (0..<length).map { _ in UInt8.random(in: 0...2, using: &generator) &* 85 }
      let id = TokenID(index) &* factor
      #expect(builder.add(token, id: id) == expected[token])
      expected[token] = id
    }
    let vocabulary = builder.vocabulary()
    #expect(vocabulary.count == expected.count && vocabulary.maximumID == expected.values.max())
    for (token, id) in expected {
      #expect(vocabulary.id(of: token) == id)
      #expect(vocabulary.token(id)?.elementsEqual(token) == true)
      #expect(vocabulary.id(of: token + [1]) == nil)
    }
    #expect(
      Dictionary(uniqueKeysWithValues: vocabulary.entries.map { (Array($0.token), $0.id) })
        == expected)
  }

  @Test("Vocabularies are equal when they hold the same tokens with the same ids in any order")
  func comparesContents() {
    let first = vocabulary([("a", 0), ("b", 1)])
    #expect(first == vocabulary([("b", 1), ("a", 9), ("a", 0)]))
    #expect(first != vocabulary([("a", 1), ("b", 0)]) && first != vocabulary([("a", 0)]))
  }

  // MARK: With added tokens

  private func tokens(_ added: [AddedToken]) -> TokenizerVocabulary {
    let model = BPEDefinition(vocabulary: vocabulary([("a", 0), ("b", 1), ("<s>", 2)]), merges: [])
    return TokenizerVocabulary(TokenizerDefinition(model: .bpe(model), addedTokens: added))
  }

  /// As `AddedVocabulary.add_tokens` of the reference numbers them.
  @Test("An added token has the model's id or else the next free one, whatever its file says")
  func numbersAddedTokens() {
    let vocabulary = tokens([
      AddedToken(id: 50, content: "<x>"), AddedToken(id: 9, content: "<s>"),
      AddedToken(id: 51, content: ""), AddedToken(id: 4, content: "<y>"),
      AddedToken(id: 7, content: "<x>", isSpecial: true),
    ])
    #expect(vocabulary.id(of: "<x>") == 3 && vocabulary.id(of: "<s>") == 2)
    #expect(vocabulary.id(of: "<y>") == 4 && vocabulary.id(of: "") == nil)
    #expect(vocabulary.added[3]?.isSpecial == true)
    #expect(vocabulary.ids == [0, 1, 2, 3, 4] && vocabulary.idBound == 5)
    #expect(vocabulary.spelling(of: 4) == Array("<y>".utf8))
    #expect(vocabulary.spelling(of: 1) == Array("b".utf8) && vocabulary.spelling(of: 5) == nil)
  }

  @Test("Canonically equivalent added tokens are two tokens")
  func keepsAddedTokensApart() {
    let vocabulary = tokens([
      AddedToken(id: 3, content: "é"), AddedToken(id: 4, content: "e\u{301}"),
    ])
    #expect(vocabulary.id(of: "\u{E9}") == 3 && vocabulary.id(of: "e\u{301}") == 4)
  }

  @Test("Fallback tokens spell exactly the 256 bytes")
  func spellsFallbackBytes() {
    for byte in UInt8.min...UInt8.max {
      #expect(ByteFallback.byte(ByteFallback.token(byte).utf8) == byte)
    }
    #expect(ByteFallback.token(0x0A) == "<0x0A>")
    for text in ["<0x0>", "<0x0G>", "<0x+1>", "<0x-1>", "0x0A", "<0x0A", "<0X0A>", "<0x00A>", ""] {
      #expect(ByteFallback.byte(text.utf8) == nil, "\(text)")
    }
  }
}
