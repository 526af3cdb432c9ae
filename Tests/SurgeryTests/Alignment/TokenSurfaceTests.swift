import Testing
import Tokenization
import TokenizerFiles

@testable import Surgery

/// What tokens stand for under each way of spelling them.
@Suite struct TokenSurfaceTests {
  private func text(_ text: String) -> TokenSurface { .text(Array(text.utf8)) }

  private func surface(
    _ spelling: String, _ scheme: SpellingScheme, added: [AddedToken] = []
  ) throws -> TokenSurface? {
    try AlignedVocabulary(scheme.definition([spelling], added: added)).surface(of: spelling)
  }

  @Test("The byte alphabet spells bytes, also those that are no text by themselves")
  func byteAlphabet() throws {
    #expect(try surface("Ġthe", .byteAlphabet) == text(" the"))
    #expect(try surface("Ċĉ", .byteAlphabet) == text("\n\t"))
    #expect(try surface("Ã©", .byteAlphabet) == text("é"))
    #expect(try surface("Ã", .byteAlphabet) == .text([0xC3]))
    #expect(try surface("º", .byteAlphabet) == .text([0xBA]))
    for byte in UInt8.min...UInt8.max {
      let spelling = SpellingScheme.byteAlphabet([byte])
      #expect(try surface(spelling, .byteAlphabet) == .text([byte]))
    }
  }

  @Test("A token outside the byte alphabet stands for itself")
  func outsideAlphabet() throws { #expect(try surface("你", .byteAlphabet) == text("你")) }

  @Test("▁ is a space, wherever it stands", arguments: [SpellingScheme.metaspace, .unigram])
  func metaspace(scheme: SpellingScheme) throws {
    #expect(try surface("▁the", scheme) == text(" the"))
    #expect(try surface("▁▁", scheme) == text("  "))
    #expect(try surface("a▁b▁", scheme) == text("a b "))
    #expect(try surface("º", scheme) == text("º"))
    #expect(try surface("Ġthe", scheme) == text("Ġthe"))
  }

  @Test("<0xNN> is a byte where bytes fall back, in upper-case digits only")
  func byteFallback() throws {
    #expect(try surface("<0x0A>", .metaspace) == .text([0x0A]))
    #expect(try surface("<0xFF>", .metaspace) == .text([0xFF]))
    for other in ["<0x0G>", "<0x0A", "<0x00A>", "0x0A", "<0xA>"] {
      #expect(try surface(other, .metaspace) == text(other))
    }
    #expect(try surface("<0x0A>", .byteAlphabet) == text("<0x0A>"))
  }

  @Test("Without ## a piece begins a word, with it it continues one")
  func wordPiece() throws {
    #expect(try surface("lia", .wordPiece) == text(" lia"))
    #expect(try surface("##lia", .wordPiece) == text("lia"))
    #expect(try surface("##", .wordPiece) == text(" ##"))
  }

  @Test("A word of a word list begins with a space")
  func words() throws { #expect(try surface("hola", .words) == text(" hola")) }

  @Test("Without any marks a token is its text")
  func plain() throws {
    #expect(try surface("Ġa▁", .plain) == text("Ġa▁"))
  }

  @Test("The end of a word is not the same as its text inside a word")
  func endOfWord() throws {
    #expect(try surface("lo</w>", .suffixed) == .wordEnd(Array("lo".utf8)))
    #expect(try surface("lo", .suffixed) == text("lo"))
    #expect(try surface("</w>", .suffixed) == text("</w>"))
  }

  @Test("An added token is its content; a special one is its name, and no text")
  func added() throws {
    let plain = AddedToken(id: 1, content: "Ġx")
    let special = AddedToken(id: 1, content: "Ġx", isSpecial: true)
    for scheme in SpellingScheme.allCases {
      for (token, expected) in [(plain, text("Ġx")), (special, TokenSurface.special("Ġx"))] {
        let side = try AlignedVocabulary(scheme.definition(["y"], added: [token]))
        #expect(side.surface(of: "Ġx") == expected)
      }
    }
  }

  @Test("A token that is added although the model knows it keeps the model's marks")
  func addedFromModel() throws {
    let spaces = AddedToken(id: 0, content: "▁▁", isNormalized: false)
    for scheme in [SpellingScheme.metaspace, .unigram] {
      #expect(try surface("▁▁", scheme, added: [spaces]) == text("  "))
    }
  }

  @Test("A token with a role is special even where the tokenizer does not say so")
  func role() throws {
    let side = try AlignedVocabulary(
      SpellingScheme.metaspace.definition(["<s>", "a"]), roles: ["bos": "<s>"])
    #expect(side.surface(0) == .special("<s>"))
    #expect(side.surface(1) == text("a"))
    #expect(side.surface(2) == nil)
  }
}
