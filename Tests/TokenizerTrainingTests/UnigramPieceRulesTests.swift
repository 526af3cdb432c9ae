import Testing

@testable import TokenizerTraining

@Suite struct UnigramPieceRulesTests {
  private func allows(
    _ piece: String, _ change: (inout UnigramTrainerSettings) -> Void = { _ in }
  ) -> Bool {
    var settings = UnigramTrainerSettings()
    change(&settings)
    let rules = PieceRules(settings)
    return rules.allows(piece.unicodeScalars.map(rules.characterClass))
  }

  @Test func `The mark of a space stands only in front`() {
    #expect(allows("▁a"))
    #expect(!allows("a▁"))
    #expect(!allows("a▁b"))
    #expect(!allows("▁▁"))
    #expect(allows("▁▁▁") { $0.allowsWhitespaceOnlyPieces = true })
    #expect(!allows("▁▁a") { $0.allowsWhitespaceOnlyPieces = true })
  }

  @Test func `Across words the mark stands inside too, but not last`() {
    #expect(allows("a▁b") { $0.splitsByWhitespace = false })
    #expect(!allows("a▁") { $0.splitsByWhitespace = false })
  }

  @Test func `As a suffix the mark stands only last`() {
    #expect(allows("a▁") { $0.treatsWhitespaceAsSuffix = true })
    #expect(!allows("▁a") { $0.treatsWhitespaceAsSuffix = true })
    #expect(!allows("a▁b") { $0.treatsWhitespaceAsSuffix = true })
    let across = { (settings: inout UnigramTrainerSettings) in
      settings.treatsWhitespaceAsSuffix = true
      settings.splitsByWhitespace = false
    }
    #expect(allows("a▁b", across))
    #expect(!allows("▁a", across))
  }

  @Test func `Scripts do not mix, but kana goes with Han and a mark with what it is on`() {
    #expect(!allows("aб"))
    #expect(allows("aб") { $0.splitsByScript = false })
    #expect(allows("漢かカー"))
    #expect(allows("e\u{301}a"))
    #expect(!allows("a."))
  }

  @Test func `Digits are a script unless numbers are not split`() {
    #expect(allows("12"))
    #expect(!allows("a1"))
    #expect(allows("a1") { $0.splitsByNumber = false })
    #expect(allows("1b") { $0.splitsByNumber = false })
    #expect(!allows("12") { $0.splitsDigits = true })
    #expect(allows("1") { $0.splitsDigits = true })
  }

  @Test func `Reserved characters and long pieces are refused`() {
    for character in ["\u{2585}", "\u{0}", " ", "\u{1F}"] { #expect(!allows("a" + character)) }
    #expect(allows(String(repeating: "a", count: 16)))
    #expect(!allows(String(repeating: "a", count: 17)))
  }
}
