import TestSupport
import Testing

@testable import Tokenization

/// The outputs of `hat-splitter` 0.1.10.
@Suite struct HierarchicalWordsTests {
  private func words(_ text: [UInt8]) throws -> [[UInt8]] {
    try HierarchicalWords().words(of: text).map { Array(text[$0]) }
  }

  @Test(arguments: [
    "Hello,| world!", "can'|t| stop", "how_|are_|you", "how|Are|You", "a|  |b", "a|\n| b",
    "a| |\n|\n|b", "a|\r\n|b", "3.|14| is| pi", "$|5.|00| +| 2", "(|foo)", "1,|000,|000",
    "don'|t| --| stop", "{| }", ".| a", "\"| '| '| \"", "http://|x.|y/|z?|q|=|1",
    "你|好|吗| 好", "こ|ん|に|ち|は|世|界", "カタカナ", "x|²|+|y", "안녕하세요| 세계", "🇩🇪|🇫🇷", "👨‍👩‍👧|👍🏽",
    "a|\u{A0}|b", "a|\u{B}|b", "a|\u{85}|b", "a|\u{3000}|b", "ส|วั|ส|ดี", "HTMLParser", "a|\t|b",
    "co-|op", "\u{2028}|x", "a1B2", "straße|Ü", "1\u{2044}2",
    "a.|\u{308}b", "_|\u{308}b", "א\"|ב", "\u{202F}_|\u{202F}", "a| \u{308}|b", "  \u{3000} |x",
  ])
  func `Words are those of the reference`(_ expected: String) throws {
    // Bar by bar as bytes: a combining mark would join the bar.
    let bar = UInt8(ascii: "|")
    let text = Array(expected.utf8.filter { $0 != bar })
    #expect(try words(text) == expected.utf8.split(separator: bar).map(Array.init))
  }

  @Test func `The words of a beginning are beginnings of the words`() throws {
    var texts = RandomText(seed: 5)
    for _ in 0..<500 {
      // Of white space with a mark on it, the reference itself is not causal.
      let text = texts.next(upTo: 30).unicodeScalars.filter {
        !$0.properties.isGraphemeExtend && $0.properties.generalCategory != .format
      }
      let whole = try words(Array(String(String.UnicodeScalarView(text)).utf8))
      for count in 1...max(text.count, 1) {
        let beginning = try words(
          Array(String(String.UnicodeScalarView(text.prefix(count))).utf8))
        #expect(beginning.dropLast() == whole.prefix(beginning.count).dropLast())
        guard let last = beginning.last, beginning.count <= whole.count else { continue }
        #expect(whole[beginning.count - 1].starts(with: last), "\(text)")
      }
    }
  }
}
