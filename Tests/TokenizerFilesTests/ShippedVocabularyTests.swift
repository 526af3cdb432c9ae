import ByteIO
import TestSupport
import Testing
import Tokenization

@testable import TokenizerFiles

/// The vocabularies that ship with graft are what their README says. That they cut texts as the
/// reference libraries do is held by `GoldenTests`.
@Suite struct ShippedVocabularyTests {
  private static func definition(_ name: String) throws -> TokenizerDefinition {
    try TokenizerDefinition(contentsOf: PackageFiles.path("vocabs/\(name)"))
  }

  @Test(arguments: [
    ("graft-32k", 32_768), ("graft-unigram-16k", 16_384), ("graft-wordpiece-16k", 16_384),
  ])
  func `A shipped vocabulary has as many tokens as it says`(name: String, count: Int) throws {
    let vocabulary = TokenizerVocabulary(try Self.definition(name))
    #expect(vocabulary.ids.count == count)
    #expect(vocabulary.idBound == count)
  }

  @Test func `The default vocabulary gives every text back, and has no unknown token`() throws {
    let tokenizer = try Tokenizer(Self.definition("graft-32k"))
    var texts = RandomText(seed: 20)
    for _ in 0..<200 {
      let text = texts.next(upTo: 80)
      let encoding = try tokenizer.encode(text)
      #expect(try tokenizer.decode(encoding.ids).utf8.elementsEqual(text.utf8))
    }
  }

  @Test func `The special tokens of the default vocabulary have the first ids`() throws {
    let added = try Self.definition("graft-32k").addedTokens
    #expect(added.map(\.id) == Array(0..<32))
    let allSpecial = added.allSatisfy { $0.isSpecial }
    #expect(allSpecial)
    #expect(added.first?.content == "<|endoftext|>")
    let tokenizer = try Tokenizer(Self.definition("graft-32k"))
    #expect(try tokenizer.encode("a<|endoftext|><|im_end|>").ids.suffix(2) == [0, 3])
  }

  @Test func `No token of the default vocabulary has more than three digits`() throws {
    let vocabulary = TokenizerVocabulary(try Self.definition("graft-32k"))
    for id in vocabulary.ids.dropFirst(32) {
      let token = vocabulary.spelling(of: id) ?? []
      #expect(token.count { (0x30...0x39).contains($0) } <= 3)
    }
  }

  @Test func `The shipped SentencePiece model comes out byte for byte as it went in`() throws {
    let path = PackageFiles.path("vocabs/graft-unigram-16k/tokenizer.model")
    let original = try FileSystem.read(path)
    #expect(try SentencePieceFile.write(SentencePieceFile.read(original, source: path)) == original)
  }

  @Test func `The shipped SentencePiece model spells unknown characters in bytes`() throws {
    let tokenizer = try Tokenizer(Self.definition("graft-unigram-16k"))
    let ids = try tokenizer.encode("\u{10FFFF}", addSpecialTokens: false).ids
    #expect(ids.count >= 4)
    #expect(try tokenizer.decode(ids) == "\u{10FFFF}")
  }
}
