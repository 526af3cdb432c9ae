import TestSupport
import Testing

@testable import Normalization

/// The patterns that are matched by hand cut every text as the general engine does.
@Suite struct WordPatternTests {
  /// Every spelling that is recognised.
  static let patterns: [String] = [
    #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#,
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#,
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#,
    #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#,
  ]

  /// What decides about the patterns' alternatives, and some of everything else.
  private static let alphabet: [String] = [
    " ", " ", " ", "  ", "\n", "\r\n", "\r", "\t", "\u{A0}", "\u{3000}", "\u{85}", "\u{2028}", "'",
    "’", "'s", "'S", "'ll", "'lL", "'re", "'ſ", "ſ", "a", "b", "Z", "É", "é", "e\u{301}", "\u{301}",
    "ǅ", "ʰ", "ª", "日", "本", "か", "ß", "İ", "ı", "١", "Ⅳ", "²", "½", "0", "12", "12345", "!", "?!",
    "/", "//", "-", "_", "…", "🙂", "👩‍👩‍👧", "\u{200D}", "\u{FEFF}", "\u{0}", "\u{7F}", "ก็", "हिन्दी", "𝔘",
    "𐐷",
  ]

  @Test(arguments: patterns) func aKnownSpellingIsRecognised(_ pattern: String) {
    #expect(WordPattern(pattern) != nil)
    #expect(WordPattern(pattern + " ") == nil)
  }

  @Test(arguments: patterns) func randomTextsAreCutAsByTheGeneralEngine(_ pattern: String) throws {
    let words = try #require(WordPattern(pattern))
    let engine = try RegularExpression(oniguruma: pattern)
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<4_000 {
      let count = Int.random(in: 0..<14, using: &generator)
      let parts = (0..<count).map { _ in Self.alphabet.randomElement(using: &generator) ?? "" }
      let text = Array(parts.joined().utf8)
      #expect(
        try words.matches(in: text[...]) == engine.matches(in: text[...]),
        "\(String(decoding: text, as: UTF8.self).debugDescription)")
    }
  }

  @Test(arguments: patterns) func randomScalarsAreCutAsByTheGeneralEngine(_ pattern: String) throws
  {
    let words = try #require(WordPattern(pattern))
    let engine = try RegularExpression(oniguruma: pattern)
    var generator = SeededGenerator(seed: 8)
    for _ in 0..<2_000 {
      let text = String(
        String.UnicodeScalarView(
          (0..<24).compactMap { _ in
            Unicode.Scalar(UInt32.random(in: 0..<0x1_F000, using: &generator))
          }))
      let bytes = Array(text.utf8)
      #expect(try words.matches(in: bytes[...]) == engine.matches(in: bytes[...]), "\(text)")
    }
  }

  @Test(arguments: patterns) func aPartOfATextIsCutAsIfItWereAlone(_ pattern: String) throws {
    let words = try #require(WordPattern(pattern))
    let bytes = Array("x  y  ".utf8)
    #expect(words.matches(in: bytes[1..<3]) == [1..<3])
    #expect(words.matches(in: bytes[6...]) == [])
  }
}
