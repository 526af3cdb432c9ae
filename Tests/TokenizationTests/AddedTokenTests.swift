import Normalization
import TestSupport
import Testing

@testable import Tokenization

/// Added tokens are found in texts as the reference finds them.
@Suite struct AddedTokenTests {
  private func search(
    _ tokens: [AddedToken], normalizer: Normalizer? = nil
  ) throws -> AddedTokenSearch {
    let byID = Dictionary(uniqueKeysWithValues: tokens.map { ($0.id, $0) })
    return try AddedTokenSearch(byID, normalizer: CompiledNormalizer(normalizer))
  }

  /// The parts of the text, an added token's with its id.
  private func parts(
    _ tokens: [AddedToken], _ text: String, _ stage: AddedTokenSearch.Stage = .raw
  ) throws -> [String] {
    let bytes = Array(text.utf8)
    return try search(tokens).segments(of: bytes, stage: stage).map { segment in
      let part = String(decoding: bytes[segment.range], as: UTF8.self)
      return segment.id.map { "\($0):" + part } ?? part
    }
  }

  private func token(
    _ id: TokenID, _ content: String, singleWord: Bool = false, left: Bool = false,
    right: Bool = false, normalized: Bool = false
  ) -> AddedToken {
    AddedToken(
      id: id, content: content, isSingleWord: singleWord, stripsLeft: left, stripsRight: right,
      isNormalized: normalized)
  }

  @Test("The leftmost token wins, and the longest of those that begin there")
  func prefersLeftmostLongest() throws {
    let tokens = [token(1, "ab"), token(2, "abc"), token(3, "bcd"), token(4, "d")]
    #expect(try parts(tokens, "xabcdab") == ["x", "2:abc", "4:d", "1:ab"])
    #expect(try parts(tokens, "bcdabd") == ["3:bcd", "1:ab", "4:d"])
    #expect(try parts(tokens, "") == [] && parts(tokens, "x") == ["x"])
    #expect(try parts([], "ab") == ["ab"])
  }

  @Test("A single word needs a boundary on both sides")
  func matchesSingleWords() throws {
    let tokens = [token(1, "ab", singleWord: true)]
    #expect(
      try parts(tokens, "ab ab, (ab) xab abx ab_ éab ab\u{200D}") == [
        "1:ab", " ", "1:ab", ", (", "1:ab", ") xab abx ab_ éab ab\u{200D}",
      ])
  }

  @Test("White space is taken along on the sides that are stripped")
  func takesSpaceAlong() throws {
    #expect(
      try parts([token(1, "<a>", left: true)], "x \u{3000}\n<a> y") == [
        "x", "1: \u{3000}\n<a>", " y",
      ])
    #expect(try parts([token(1, "<a>", right: true)], " <a> \ty") == [" ", "1:<a> \t", "y"])
    let both = [token(1, "<a>", left: true, right: true)]
    #expect(try parts(both, " <a>  <a> ") == ["1: <a>  ", "1:<a> "])
  }

  @Test("Tokens that are normalized are looked for in the normalized text only, in normal form")
  func separatesStages() throws {
    let tokens = [token(1, "<A>", normalized: true), token(2, "<B>")]
    let search = try search(tokens, normalizer: .lowercase)
    func ids(_ text: String, _ stage: AddedTokenSearch.Stage) -> [TokenID] {
      search.segments(of: Array(text.utf8), stage: stage).compactMap(\.id)
    }
    #expect(ids("<A><B><a><b>", .raw) == [2])
    #expect(ids("<A><B><a><b>", .normalized) == [1])
    #expect(search.decodingForm(1).map(Array.init) == Array("<a>".utf8))
    #expect(search.decodingForm(2).map(Array.init) == Array("<B>".utf8))
    #expect(search.decodingForm(3) == nil)
  }

  @Test("Random tokens in random texts are those of a slow leftmost-longest search")
  func agreesWithSlowSearch() throws {
    var generator = SeededGenerator(seed: 1)
    func random(_ range: ClosedRange<Int>) -> String {
      let length = Int.random(in: range, using: &generator)
      return String((0..<length).compactMap { _ in "abé ".randomElement(using: &generator) })
    }
    for _ in 0..<500 {
      let contents = Set((0..<Int.random(in: 1...6, using: &generator)).map { _ in random(1...4) })
      let tokens = contents.sorted().enumerated().map { token(TokenID($0), $1) }
      let search = try search(tokens)
      for _ in 0..<10 {
        let bytes = Array(random(0...20).utf8)
        var expected: [(Range<Int>, TokenID)] = []
        var position = 0
        while position < bytes.count {
          let match = tokens.filter { bytes[position...].starts(with: $0.content.utf8) }
            .max { $0.content.utf8.count < $1.content.utf8.count }
          guard let match else {
            position += 1
            continue
          }
          let end = position + match.content.utf8.count
          expected.append((position..<end, match.id))
          position = end
        }
        let segments = search.segments(of: bytes, stage: .raw)
        let found = segments.compactMap { segment in segment.id.map { (segment.range, $0) } }
        #expect(found.elementsEqual(expected) { $0 == $1 }, "\(contents)")
        #expect(segments.flatMap { bytes[$0.range] } == bytes)
      }
    }
  }

  @Test("Random flags never lose, repeat or reorder a byte")
  func coversTexts() throws {
    var generator = SeededGenerator(seed: 2)
    for _ in 0..<500 {
      let tokens = ["<a>", "a", " b", "é ", "<"].enumerated().map { index, content in
        token(
          TokenID(index), content, singleWord: Bool.random(using: &generator),
          left: Bool.random(using: &generator), right: Bool.random(using: &generator))
      }
      let search = try search(tokens)
      let letters = ["a", "<", ">", " ", "b", "é", "\u{3000}"]
      let text = (0..<20).compactMap { _ in letters.randomElement(using: &generator) }.joined()
      let segments = search.segments(of: Array(text.utf8), stage: .raw)
      // Except where a token begins inside the white space that the one before it took along.
      let overlap = zip(segments, segments.dropFirst()).contains {
        $0.range.upperBound > $1.range.lowerBound
      }
      if overlap { continue }
      #expect(segments.flatMap { Array(text.utf8)[$0.range] } == Array(text.utf8))
    }
  }

  /// As the reference: the space is counted for both, and what follows the inner token is read again.
  @Test("A token inside the white space that another took along still stands for itself")
  func overlaps() throws {
    let search = try search([token(0, "<a>", right: true), token(1, "\n")])
    let segments = search.segments(of: Array("<a> \n b".utf8), stage: .raw)
    #expect(segments.map(\.range) == [0..<6, 4..<5, 5..<7])
    #expect(segments.map(\.id) == [0, 1, nil])
    let strips = try self.search([token(0, "<a>", right: true), token(1, "\n", left: true)])
    #expect(strips.segments(of: Array("<a> \n b".utf8), stage: .raw).map(\.id) == [0, nil])
  }
}
