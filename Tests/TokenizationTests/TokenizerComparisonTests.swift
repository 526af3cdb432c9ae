import TestSupport
import Testing
import Tokenization
import TokenizerFiles

/// What several tokenizers make of the same texts.
@Suite struct TokenizerComparisonTests {
  private let text = "Où est l'été ? 日本\u{A0}語\u{2003}x\n"

  @Test(arguments: 1...6) func `Words and characters do not depend on where a text is cut`(
    length: Int
  ) {
    let bytes = Array(text.utf8)
    var size = TextSize()
    for start in stride(from: 0, to: bytes.count, by: length) {
      size.add(Array(bytes[start..<min(start + length, bytes.count)]))
    }
    #expect(size.bytes == bytes.count)
    #expect(size.characters == text.unicodeScalars.count)
    #expect(size.words == text.split(whereSeparator: \.isWhitespace).count)
  }

  @Test func `Costs are the numbers of tokens, as a whole and in parts`() throws {
    let comparison = TokenizerComparison([
      try Tokenizer(contentsOf: PackageFiles.exampleBase),
      try Tokenizer(TokenizerDefinition(named: "bytes")),
    ])
    let text = Array(String(repeating: self.text, count: 50).utf8)
    let costs = try comparison.costs(of: text)
    #expect(
      costs.map(\.tokens) == [
        try comparison.tokenizers[0].count(utf8: text, addSpecialTokens: false), text.count,
      ])
    var rest = text[...]
    let streamed = try comparison.costs {
      defer { rest = rest.dropFirst(7) }
      return rest.isEmpty ? nil : Array(rest.prefix(7))
    }
    #expect(streamed == costs)
  }
}
