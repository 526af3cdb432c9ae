import TestSupport
import Testing
import Tokenization
import TokenizerFiles

@testable import Surgery

/// Which tokens of two vocabularies correspond.
@Suite struct VocabularyAlignmentTests {
  private func special(_ content: String, id: Int) -> AddedToken {
    AddedToken(id: TokenID(id), content: content, isNormalized: false, isSpecial: true)
  }

  // MARK: Against an oracle

  /// A vocabulary of random texts, known by the texts and not by their spellings.
  private struct RandomVocabulary {
    let scheme: SpellingScheme
    /// What each id stands for, and whether it is a byte of a fallback alphabet.
    var meanings: [(bytes: [UInt8], isEndOfWord: Bool, isFallback: Bool)] = []
    var spellings: [String] = []

    init(_ scheme: SpellingScheme, seed: UInt64) {
      self.scheme = scheme
      var random = SeededGenerator(seed: seed)
      for _ in 0..<Int.random(in: 1...60, using: &random) {
        let length = Int.random(in: 1...3, using: &random)
        let text = (0..<length).map { _ in
          ["a", "b", " ", "é", "\n", "º"].randomElement(using: &random) ?? ""
        }.joined()
        let ends = scheme == .suffixed && Bool.random(using: &random)
        if let spelling = scheme.spelling(of: text) {
          add(spelling + (ends ? "</w>" : ""), (Array(text.utf8), ends, false))
        }
        if scheme == .metaspace || scheme == .unigram {
          let byte = [0x61, 0x62, 0x20, 0xC3, 0xFF].randomElement(using: &random) ?? 0
          add("<0x\(String(byte, radix: 16, uppercase: true))>", ([UInt8(byte)], false, true))
        }
      }
    }

    private mutating func add(
      _ spelling: String, _ meaning: (bytes: [UInt8], isEndOfWord: Bool, isFallback: Bool)
    ) {
      guard !spellings.contains(spelling) else { return }
      spellings.append(spelling)
      meanings.append(meaning)
    }

    /// The id that stands for a meaning: no fallback before all others, then the lowest.
    func id(of bytes: [UInt8], isEndOfWord: Bool) -> Int? {
      let all = meanings.indices.filter {
        meanings[$0].bytes == bytes && meanings[$0].isEndOfWord == isEndOfWord
      }
      return all.first { !meanings[$0].isFallback } ?? all.first
    }
  }

  @Test(
    "Tokens correspond exactly where they stand for the same bytes",
    arguments: SpellingScheme.allCases, SpellingScheme.allCases)
  func agreesWithOracle(baseScheme: SpellingScheme, donorScheme: SpellingScheme) throws {
    var pairs = 0
    for seed in UInt64(0)..<20 {
      let base = RandomVocabulary(baseScheme, seed: seed)
      let donor = RandomVocabulary(donorScheme, seed: seed + 1000)
      let alignment = try AlignedVocabulary(baseScheme.definition(base.spellings)).receiving(
        AlignedVocabulary(donorScheme.definition(donor.spellings)))
      var matches: [TokenID: VocabularyAlignment.Match] = [:]
      var anchors: [[Int]] = []
      for (id, meaning) in donor.meanings.enumerated() {
        guard let other = base.id(of: meaning.bytes, isEndOfWord: meaning.isEndOfWord) else {
          continue
        }
        matches[TokenID(id)] = .init(base: TokenID(other), reason: .bytes)
        if donor.id(of: meaning.bytes, isEndOfWord: meaning.isEndOfWord) == id {
          anchors.append([id, other])
        }
      }
      #expect(alignment.matches == matches)
      #expect(alignment.anchors.map { [Int($0.donor), Int($0.base)] } == anchors)
      #expect(alignment.counts[.bytes, default: 0] == matches.count)
      #expect(Set(anchors.map { $0[1] }).count == anchors.count)
      pairs += matches.count
    }
    // A word list and a vocabulary of single marks may share nothing; most share something.
    if baseScheme == donorScheme { #expect(pairs > 10) }
  }

  // MARK: Special tokens

  @Test("Special tokens correspond by role first and by name second, and never to text")
  func specialTokens() throws {
    let base = try AlignedVocabulary(
      SpellingScheme.byteAlphabet.definition(
        ["<s>", "</s>", "<pad>", "<extra>", "<|im|>", "x"],
        added: [
          special("<s>", id: 0), special("</s>", id: 1), special("<pad>", id: 2),
          special("<extra>", id: 3),
        ]),
      roles: ["bos": "<s>", "eos": "</s>", "pad": "<pad>"])
    let donor = try AlignedVocabulary(
      SpellingScheme.metaspace.definition(
        ["[PAD]", "</s>", "<s>", "<extra>", "<|im|>", "x"],
        added: [
          special("[PAD]", id: 0), special("</s>", id: 1), special("<s>", id: 2),
          special("<extra>", id: 3), special("<|im|>", id: 4),
        ]),
      // The roles are exchanged: they count more than the names.
      roles: ["bos": "</s>", "eos": "<s>", "pad": "[PAD]"])
    let alignment = base.receiving(donor)
    #expect(
      alignment.matches == [
        0: .init(base: 2, reason: .role), 1: .init(base: 0, reason: .role),
        2: .init(base: 1, reason: .role), 3: .init(base: 3, reason: .name),
        5: .init(base: 5, reason: .bytes),
      ])
    #expect(alignment.counts == [.role: 3, .name: 1, .bytes: 1])
  }

  @Test("A donor that begins and ends texts with one token gets the rows of both")
  func oneTokenForBoth() throws {
    let base = try AlignedVocabulary(
      SpellingScheme.metaspace.definition(["<unk>", "<s>", "</s>", "a"]),
      roles: ["bos": "<s>", "eos": "</s>", "unk": "<unk>"])
    let donor = try AlignedVocabulary(
      SpellingScheme.byteAlphabet.definition(
        ["a", "<|endoftext|>"], added: [special("<|endoftext|>", id: 1)]),
      roles: ["bos": "<|endoftext|>", "eos": "<|endoftext|>", "unk": "<|endoftext|>"])
    let alignment = base.receiving(donor)
    #expect(alignment.matches[1] == .init(base: 1, outputBase: 2, reason: .role))
    // One row cannot be rebuilt from two, so the token is no anchor.
    #expect(alignment.anchors.map(\.donor) == [0])
    #expect(alignment.donorToken(forBase: 1) == 1)
    #expect(alignment.donorToken(forBase: 2) == 1, "the end of a text is the donor's one token")
    #expect(alignment.donorToken(forBase: 3) == 0)
    #expect(alignment.donorToken(forBase: 0) == nil)
  }

  @Test("A donor with one token for both does without a role that the base lacks")
  func oneTokenForBothWithoutBOS() throws {
    let base = try AlignedVocabulary(
      SpellingScheme.byteAlphabet.definition(["a", "<eos>"]), roles: ["eos": "<eos>"])
    let donor = try AlignedVocabulary(
      SpellingScheme.byteAlphabet.definition(["<x>", "a"]), roles: ["bos": "<x>", "eos": "<x>"])
    #expect(base.receiving(donor).matches[0] == .init(base: 1, reason: .role))
  }

  @Test("A base token is an anchor once, however many donor tokens correspond to it")
  func baseTokenOnce() throws {
    let base = try AlignedVocabulary(
      SpellingScheme.byteAlphabet.definition(["<x>", "a"]), roles: ["bos": "<x>", "eos": "<x>"])
    let donor = try AlignedVocabulary(
      SpellingScheme.metaspace.definition(["<s>", "</s>", "<0x61>", "a"]),
      roles: ["bos": "<s>", "eos": "</s>"])
    let alignment = base.receiving(donor)
    #expect(alignment.matches[0]?.base == 0 && alignment.matches[1]?.base == 0)
    #expect(alignment.matches[2]?.base == 1, "the byte is the character's row")
    #expect(alignment.matches[3]?.base == 1)
    #expect(alignment.anchors.map { [$0.donor, $0.base] } == [[0, 0], [3, 1]])
  }

  @Test("An id of config.json that no token has is no role")
  func danglingRole() throws {
    let base = try AlignedVocabulary(
      SpellingScheme.byteAlphabet.definition(["a", "b"]), config: #"{"bos_token_id":7}"#)
    let donor = try AlignedVocabulary(
      SpellingScheme.byteAlphabet.definition(["<s>", "a"]), roles: ["bos": "<s>"])
    #expect(base.specialTokens.ids.isEmpty)
    #expect(base.receiving(donor).matches[0] == nil)
  }

  @Test("Roles come from the tokenizer's files first, and from config.json where they are silent")
  func sourcesOfRoles() throws {
    let definition = SpellingScheme.byteAlphabet.definition(["<a>", "<b>", "<c>", "<d>"])
    let side = try AlignedVocabulary(
      definition, roles: ["bos": "<a>", "pad": "<absent>"],
      config: #"{"bos_token_id":1,"eos_token_id":[2,3],"pad_token_id":3,"unk_token_id":null}"#)
    #expect(side.specialTokens.ids == [.bos: 0, .eos: 2, .pad: 3])
  }
}
