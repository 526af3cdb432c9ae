import TestSupport
import Testing

@testable import Tokenization

@Suite struct LearnYourTokensTests {
  /// The authors' program in their words: replace, surround with spaces, collapse, strip, split.
  private func slowWords(_ text: String, _ generation: LearnYourTokensWords.Generation) -> [String]
  {
    var text = Array(text.unicodeScalars)
    func replace(_ old: String, _ new: String) {
      let (old, new) = (Array(old.unicodeScalars), Array(new.unicodeScalars))
      var result: [Unicode.Scalar] = []
      var position = 0
      while position < text.count {
        if text[position...].starts(with: old) {
          result += new
          position += old.count
        } else {
          result.append(text[position])
          position += 1
        }
      }
      text = result
    }
    for dropped in ["\n", "<unk>", "=", "@-@"] { replace(dropped, " ") }
    var marks = [":", ",", ";", ".", "!", "'", "--", "?"]
    if generation == .unified { marks += ["-", "{", "}"] }
    for mark in marks { replace(mark, " \(mark) ") }
    let isSpace = { (scalar: Unicode.Scalar) in
      scalar.properties.isWhitespace || (28...31).contains(scalar.value)
    }
    let stripped = text.drop(while: isSpace).reversed().drop(while: isSpace).reversed()
    return stripped.split(separator: " ").map { String(String.UnicodeScalarView($0)) }
  }

  @Test(arguments: LearnYourTokensWords.Generation.allCases)
  func `Words without separators are those of the authors' program`(
    _ generation: LearnYourTokensWords.Generation
  ) throws {
    let splitter = LearnYourTokensWords(generation)
    let parts = [
      "a", "b", "é", " ", "\n", "\t", "\u{3000}", "<unk>", "<", "unk>", "=", "@", "-", "--",
    ]
    var generator = SeededGenerator(seed: 9)
    for _ in 0..<20_000 {
      let marks = parts + [":", ".", "'", "?", "{", "}"]
      let text = (0..<Int.random(in: 0...12, using: &generator))
        .map { _ in marks.randomElement(using: &generator) ?? "" }.joined()
      let bytes = Array(text.utf8)
      let words = try splitter.words(of: bytes, keepsSeparators: false).map {
        String(decoding: bytes[$0], as: UTF8.self)
      }
      #expect(words == slowWords(text, generation), "\(text.debugDescription)")
    }
  }
}
