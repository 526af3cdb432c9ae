import Normalization
import TestSupport
import Testing
import Tokenization
import TokenizerFiles

/// The ways to ids alone give the ids of an encoding.
@Suite struct IDsTests {
  private static func tokenizer(_ name: String) throws -> Tokenizer {
    try Tokenizer(contentsOf: PackageFiles.path("vocabs/\(name)"))
  }

  @Test(arguments: TokenizerTests.names)
  func `Ids and counts are those of the encoding`(name: String) throws {
    let tokenizer = try Self.tokenizer(name)
    var texts = RandomText(seed: 11)
    var appended: [TokenID] = [7]
    for _ in 0..<600 {
      let text = texts.next(upTo: 60)
      let utf8 = Array(text.utf8)
      for special in [false, true] {
        let expected = try tokenizer.encode(text, addSpecialTokens: special).ids
        #expect(try tokenizer.ids(of: text, addSpecialTokens: special) == expected, "\(text)")
        #expect(try tokenizer.ids(ofUTF8: utf8, addSpecialTokens: special) == expected)
        #expect(try tokenizer.count(text, addSpecialTokens: special) == expected.count)
        #expect(try tokenizer.count(utf8: utf8, addSpecialTokens: special) == expected.count)
        appended.removeLast(appended.count - 1)
        try tokenizer.appendIDs(ofUTF8: utf8.span, to: &appended, addSpecialTokens: special)
        #expect(appended == [7] + expected)
      }
    }
  }

  @Test func `A vocabulary may lack the bytes that no text has`() throws {
    let whole = try Self.tokenizer("example-base")
    var definition = whole.definition
    guard case .bpe(var model) = definition.model else {
      Issue.record("example-base is a BPE")
      return
    }
    let lacking: [UInt8] = [0xC0, 0xC1] + Array(0xF5...0xFF)
    let spelled = Set(lacking.map { Array(String(ByteAlphabet.scalar(for: $0)).utf8) })
    let kept = model.vocabulary.entries.map { (token: Array($0.token), id: $0.id) }
      .filter { !spelled.contains($0.token) }
    #expect(kept.count == model.vocabulary.count - lacking.count)
    model.vocabulary = Vocabulary(kept)
    definition.model = .bpe(model)
    let partial = try Tokenizer(definition)
    var texts = RandomText(seed: 12)
    for _ in 0..<300 {
      let text = texts.next(upTo: 60)
      #expect(try partial.encode(text) == whole.encode(text))
      #expect(try partial.ids(of: text) == whole.ids(of: text))
    }
  }

  @Test func `A buffer that is too small is refused with the number that is needed`() throws {
    let tokenizer = try Self.tokenizer("example-base")
    let text = Array("In the beginning God created the heaven and the earth.".utf8)
    let expected = try tokenizer.ids(ofUTF8: text)
    var buffer = [TokenID](repeating: .max, count: expected.count + 2)
    var whole = buffer.mutableSpan
    #expect(try tokenizer.encode(utf8: text.span, into: &whole) == expected.count)
    #expect(buffer == expected + [.max, .max])
    var small = [TokenID](repeating: .max, count: expected.count - 1)
    #expect(throws: TokenizerError.bufferTooSmall(needed: expected.count)) {
      var span = small.mutableSpan
      _ = try tokenizer.encode(utf8: text.span, into: &span)
    }
    #expect(small.allSatisfy { $0 == .max })
  }

  @Test func `Text that is not UTF-8 is refused at its first bad byte`() throws {
    let tokenizer = try Self.tokenizer("example-base")
    #expect(throws: TokenizerError.invalidUTF8(offset: 1)) {
      try tokenizer.ids(ofUTF8: [0x61, 0xFF])
    }
  }

  @Test(arguments: TokenizerTests.names)
  func `A batch is encoded the same by any number of threads`(name: String) throws {
    let tokenizer = try Self.tokenizer(name)
    var random = RandomText(seed: 12)
    let texts = (0..<200).map { _ in random.next(upTo: 80) }
    let expected = try texts.map { try tokenizer.encode($0) }
    for threads in [1, 2, 3, 8, 300] {
      #expect(try tokenizer.encodeBatch(texts, threads: threads) == expected)
      #expect(try tokenizer.idsBatch(of: texts, threads: threads) == expected.map(\.ids))
    }
    #expect(try tokenizer.idsBatch(of: [], threads: 4) == [])
  }

  @Test func `A batch fails with the error of its first bad text`() throws {
    let model = WordLevelDefinition(
      vocabulary: Vocabulary([(token: Array("a".utf8), id: 0 as TokenID)]))
    let tokenizer = try Tokenizer(TokenizerDefinition(model: .wordLevel(model)))
    let texts = ["a", "b"] + Array(repeating: "a", count: 100)
    for threads in [1, 4] {
      #expect(throws: TokenizerError.missingUnknownToken("<unk>")) {
        try tokenizer.idsBatch(of: texts, threads: threads)
      }
    }
  }
}
