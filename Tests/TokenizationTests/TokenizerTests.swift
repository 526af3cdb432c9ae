import Dispatch
import Synchronization
import TestSupport
import Testing
import TokenizerFiles

@testable import Tokenization

/// What holds for every byte-level tokenizer and every text, on the shipped vocabularies.
@Suite struct TokenizerTests {
  static let names = ["example-base", "example-donor"]

  private func tokenizer(_ name: String) throws -> Tokenizer {
    try Tokenizer(contentsOf: PackageFiles.path("vocabs/\(name)"))
  }

  @Test("Decoding gives back the text, and the offsets cover it in order", arguments: names)
  func roundTrips(name: String) throws {
    let tokenizer = try tokenizer(name)
    var texts = RandomText(seed: 1)
    for _ in 0..<400 {
      // The donor composes characters first: its texts come back composed.
      let text = texts.next(upTo: 40)
      let encoding = try tokenizer.encode(text, addSpecialTokens: false)
      let decoded = try tokenizer.decode(encoding.ids)
      #expect(decoded == text, "\(text.debugDescription)")
      if tokenizer.definition.normalizer == nil {
        #expect(decoded.utf8.elementsEqual(text.utf8), "\(text.debugDescription)")
      }
      let bytes = Array(text.utf8)
      var end = 0
      for offset in encoding.offsets {
        #expect(offset.lowerBound <= end && offset.upperBound >= end, "\(text.debugDescription)")
        end = max(end, offset.upperBound)
        let bounds = [offset.lowerBound, offset.upperBound]
        #expect(bounds.allSatisfy { $0 == bytes.count || !UTF8.isContinuation(bytes[$0]) })
      }
      if tokenizer.definition.normalizer == nil { #expect(end == bytes.count) }
      let counts = [
        encoding.ids.count, encoding.tokens.count, encoding.offsets.count, encoding.typeIDs.count,
        encoding.isSpecial.count, try tokenizer.count(text, addSpecialTokens: false),
      ]
      #expect(counts.allSatisfy { $0 == encoding.count })
      #expect(try tokenizer.count(text) == tokenizer.encode(text).count)
    }
  }

  @Test("A piece of 200,000 characters does not take quadratic time", .timeLimit(.minutes(3)))
  func encodesLongPieces() throws {
    let tokenizer = try tokenizer("example-base")
    var generator = SeededGenerator(seed: 2)
    let letters = String(
      (0..<200_000).compactMap { _ in "etaoinsh".randomElement(using: &generator) })
    for text in [letters, String(repeating: "a", count: 50_000)] {
      #expect(try tokenizer.decode(tokenizer.encode(text).ids, skipSpecialTokens: true) == text)
    }
  }

  @Test("Text that is not UTF-8 is refused at its first bad byte")
  func refusesInvalidUTF8() throws {
    let tokenizer = try tokenizer("example-base")
    for (bytes, offset) in [([0x61, 0xFF], 1), ([0xC3], 0), ([0x61, 0xED, 0xA0, 0x80], 1)]
      as [([UInt8], Int)]
    {
      #expect(throws: TokenizerError.invalidUTF8(offset: offset)) {
        try tokenizer.encode(utf8: bytes)
      }
    }
  }

  @Test("Ids that no token has are left out of the text")
  func ignoresUnknownIDs() throws {
    let tokenizer = try tokenizer("example-base")
    let ids = try tokenizer.encode("Hello", addSpecialTokens: false).ids
    #expect(try tokenizer.decode([.max] + ids + [TokenID(tokenizer.vocabulary.idBound)]) == "Hello")
    #expect(try tokenizer.decode([]) == "")
  }

  @Test("One tokenizer used by many threads at once gives what it gives alone", arguments: names)
  func isThreadSafe(name: String) throws {
    let tokenizer = try tokenizer(name)
    var random = RandomText(seed: 3)
    let texts = (0..<60).map { _ in random.next(upTo: 60) }
    let expected = try texts.map { try tokenizer.encode($0) }
    let decoded = try expected.map { try tokenizer.decode($0.ids) }
    let mistakes = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: 8) { worker in
      for index in texts.indices {
        let place = (index + worker * 7) % texts.count
        let encoding = try? tokenizer.encode(texts[place])
        let text = try? tokenizer.decode(expected[place].ids)
        if encoding != expected[place] || text != decoded[place] {
          mistakes.add(1, ordering: .relaxed)
        }
      }
    }
    #expect(mistakes.load(ordering: .relaxed) == 0)
  }

  // MARK: Options of the model

  private func model(_ tokens: [String], _ merges: [(String, String)]) -> BPEDefinition {
    let vocabulary = Vocabulary(
      tokens.enumerated().map { (token: Array($1.utf8), id: TokenID($0)) })
    func id(_ token: String) -> TokenID { vocabulary.id(of: Array(token.utf8)) ?? .max }
    return BPEDefinition(
      vocabulary: vocabulary,
      merges: merges.map {
        BPEDefinition.Merge(left: id($0.0), right: id($0.1), result: id($0.0 + $0.1))
      })
  }

  private func tokens(_ model: BPEDefinition, _ text: String) throws -> [String] {
    let encoding = try Tokenizer(TokenizerDefinition(model: .bpe(model))).encode(text)
    return zip(encoding.tokens, encoding.offsets).map {
      String(decoding: $0, as: UTF8.self) + "@\($1.lowerBound)-\($1.upperBound)"
    }
  }

  @Test("Unknown characters are dropped, stand for themselves, or are fused, as the model says")
  func handlesUnknownCharacters() throws {
    var model = model(["<unk>", "a"], [])
    #expect(try tokens(model, "aéza") == ["a@0-1", "a@1-3"])
    model.unknownToken = "<unk>"
    #expect(try tokens(model, "aéza") == ["a@0-1", "<unk>@1-3", "<unk>@3-4", "a@4-5"])
    model.fusesUnknown = true
    #expect(try tokens(model, "aéza") == ["a@0-1", "<unk>@1-4", "a@4-5"])
    model.unknownToken = "<none>"
    #expect(throws: TokenizerError.missingUnknownToken("<none>")) { try tokens(model, "é") }
    #expect(try tokens(model, "aa") == ["a@0-1", "a@1-2"])
  }

  @Test("Unknown characters are spelled in bytes when the model falls back and has all of them")
  func fallsBackToBytes() throws {
    var model = model(["<unk>", "a", "<0xC3>", "<0xA9>"], [])
    model.unknownToken = "<unk>"
    model.fallsBackToBytes = true
    #expect(try tokens(model, "aéz") == ["a@0-1", "<0xC3>@1-3", "<0xA9>@1-3", "<unk>@3-4"])
  }

  @Test("A word that is a token is taken whole when merges are ignored, and only then")
  func ignoresMerges() throws {
    var model = model(["a", "b", "ab", "abb"], [("a", "b")])
    #expect(try tokens(model, "abb") == ["ab@0-2", "b@2-3"])
    model.ignoresMerges = true
    #expect(try tokens(model, "abb") == ["abb@0-3"])
    #expect(try tokens(model, "abba") == ["ab@0-2", "b@2-3", "a@3-4"])
  }

  @Test("Encoding is not random, even where the model asks for dropout")
  func ignoresDropout() throws {
    var dropping = model(["a", "b", "ab"], [("a", "b")])
    dropping.dropout = 1
    #expect(try tokens(dropping, "ab") == ["ab@0-2"])
  }
}
