import ByteIO
import TestSupport
import Testing

@testable import Tokenization

@Suite struct WordBoundaryTests {
  @Test func `Unicode's own test cases are cut as they say`() throws {
    let lines = try FileSystem.read(PackageFiles.path("Tests/Fixtures/word-break-test.txt"))
      .split(separator: UInt8(ascii: "\n"))
    #expect(lines.count > 1800)
    for line in lines {
      let expected = String(decoding: line, as: UTF8.self).split(separator: "|").map { word in
        String(
          String.UnicodeScalarView(
            word.split(separator: " ").compactMap {
              UInt32($0, radix: 16).flatMap(Unicode.Scalar.init)
            }))
      }
      let text = Array(expected.joined().utf8)
      let words = try UnicodeWords().words(of: text).map {
        String(decoding: text[$0], as: UTF8.self)
      }
      #expect(words == expected, "\(String(decoding: line, as: UTF8.self))")
    }
  }

  @Test(arguments: [
    WordRule.hierarchical, .unicode, .learnYourTokens(.paper), .learnYourTokens(.unified),
    .preTokenizer(.bert),
    .preTokenizer(.byteLevel(addPrefixSpace: true, trimOffsets: true, useRegex: true)),
    .preTokenizer(.metaspace(replacement: "▁", prepend: .always, split: true)),
  ])
  func `Words are the text, and cutting a text changes none`(_ rule: WordRule) throws {
    let splitter = try rule.splitter()
    var texts = RandomText(seed: 3)
    for _ in 0..<2000 {
      let text = Array((texts.next(upTo: 40) + texts.next(upTo: 10)).utf8)
      let words = try splitter.words(of: text)
      #expect(words.flatMap { text[$0] } == text)
      #expect(words.allSatisfy { !$0.isEmpty })
      guard let cut = text.withUnsafeBufferPointer({ splitter.lastCut(in: $0) }) else { continue }
      let first = try splitter.words(of: Array(text[..<cut]))
      let second = try splitter.words(of: Array(text[cut...]))
      #expect(first + second.map { $0.lowerBound + cut..<$0.upperBound + cut } == words)
    }
  }
}
