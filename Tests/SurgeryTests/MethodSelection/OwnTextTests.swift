import ByteIO
import TestSupport
import Testing
import Tokenization

@testable import Surgery

/// Texts by which rows are compared.
@Suite struct OwnTextTests {
  @Test(arguments: 1...5)
  func `Pieces of a long text are cut before white space and come from all over it`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let words = (0..<60_000).map { _ in
      String(repeating: "é", count: Int.random(in: 1...9, using: &generator))
    }
    let text = words.joined(separator: " ")
    let pieces = CalibrationText(Array(text.utf8)).texts
    #expect(pieces.reduce(0) { $0 + $1.utf8.count } <= 480_000)
    #expect(pieces.allSatisfy { $0.utf8.count <= 1200 && !$0.contains("\u{FFFD}") })
    #expect(pieces.dropFirst().allSatisfy { $0.hasPrefix(" ") })
    #expect(pieces.first.map(text.hasPrefix) == true)
    #expect(pieces.allSatisfy(text.contains))
  }

  @Test func `A NUL byte ends a document, and a short text is taken whole`() {
    #expect(CalibrationText(Array("one\0two three\0".utf8)).texts == ["one", "two three"])
    #expect(CalibrationText([]).texts.isEmpty)
    let long = String(repeating: "a", count: 3000)
    #expect(CalibrationText(Array(long.utf8)).texts.joined() == long)
  }
}
