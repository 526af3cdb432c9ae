import ByteIO
import Dispatch
import Synchronization
import TestSupport
import Testing

@testable import Normalization

/// Regular expressions mean what they mean in Oniguruma, the engine of the reference library.
@Suite struct RegularExpressionTests {
  private func matches(_ pattern: String, _ text: String) throws -> [String] {
    let regex = try RegularExpression(oniguruma: pattern)
    let bytes = Array(text.utf8)
    return try regex.matches(in: bytes[...]).map { String(decoding: bytes[$0], as: UTF8.self) }
  }

  // MARK: The reference

  /// Patterns that the reference takes and graft refuses: no tokenizer uses their like.
  private static let unsupported: Set = [
    "[&&a]", "[a&&]", "a{2,1}", #"\X"#, #"\K"#, #"a\Kb"#, "(?~ab)", #"\y"#, #"\101"#, #"\0"#,
    "(?<=a+)b",
  ]

  @Test("Matches are where the reference library finds them, and refused patterns are refused")
  func agreesWithReference() throws {
    let path = PackageFiles.path("Tests/Fixtures/regular-expressions.jsonl")
    let rows = try JSONLines.parse(FileSystem.read(path), source: path)
    let texts = try rows[0].required("texts").elements.map { try $0.expectString() }
    #expect(rows.count > 200)
    for row in rows.dropFirst() {
      let pattern = try row.string("pattern")
      guard let matcher = try? TextMatcher(.regex(pattern)) else {
        #expect(row["error"] != nil || Self.unsupported.contains(pattern), "refused `\(pattern)`")
        continue
      }
      #expect(!Self.unsupported.contains(pattern), "`\(pattern)` is supported now")
      guard let results = row["results"] else {
        Issue.record("accepted `\(pattern)`")
        continue
      }
      for (text, expected) in zip(texts, results.elements) {
        let found = try matcher.matches(in: Array(text.utf8)[...]).filter { !$0.isEmpty }
        let expectedMatches = try expected.required("matches").elements.map { range in
          let bounds = range.elements.compactMap(\.int)
          return bounds[0]..<bounds[1]
        }
        #expect(found == expectedMatches, "`\(pattern)` in \(text.debugDescription)")
        var aligned = AlignedText(text.utf8)
        try aligned.replace(matcher, with: "<>")
        #expect(
          String(decoding: aligned.bytes, as: UTF8.self) == expected["replaced"]?.string,
          "`\(pattern)` in \(text.debugDescription)")
      }
    }
  }

  @Test("What Oniguruma writes differently means here what it means there")
  func translates() throws {
    // An interval with a plus is repeated, not possessive.
    #expect(try matches(#"\p{N}{1,3}+"#, "1234567 12") == ["1234567", "12"])
    #expect(try matches("a{1,2}+ab", "aaaab") == ["aaaab"])
    #expect(try matches(#"\h+"#, "0xBEEFg \u{A0}") == ["0", "BEEF"])
    #expect(try matches(#"[\h_]+"#, "be_q") == ["be_"])
    #expect(try matches(#"\w+"#, "a\u{200D}b½") == ["a", "b½"])
    #expect(try matches(#"[^\s\w]"#, "a\u{200D}½") == ["\u{200D}", "½"])
    #expect(try matches("(?m:.)", "\r\n") == ["\r", "\n"])
    #expect(try matches("(?m:.).", "\n\n\na") == ["\na"])
    #expect(try matches(".+", "a\r\u{2028}b\nc") == ["a\r\u{2028}b", "c"])
    #expect(try matches("^.", "ab\rc\nd\n") == ["a", "d"])
    #expect(try matches(".$", "ab\rc\nd\n") == ["c", "d"])
    #expect(try matches(#"\p{^L}+"#, "ab12c") == ["12"])
    #expect(try matches("[a-c[x-z]]+", "abxq") == ["abx"])
    #expect(try matches("[^(\\s|[.,!?…。，、।۔،])]+", "a|b, (c)") == ["a", "b", "c"])
    #expect(try matches("a(?i)b|c", "aB c aC") == ["aB", "aC"])
  }

  @Test(
    "A pattern that cannot be read is an error that names it",
    arguments: [
      "(", "a)", "[a", "\\", "*", "[]", #"\p{Nonsense}"#, "(?<n", "a{2,1}", "(?<=a+)b", #"\K"#,
    ])
  func refuses(pattern: String) {
    let error = #expect(throws: NormalizationError.self) {
      try RegularExpression(oniguruma: pattern)
    }
    guard case .badPattern(pattern, let reason)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(!reason.isEmpty)
  }

  // MARK: Matching

  @Test("Ranges count bytes, from where the slice begins")
  func matchesSlices() throws {
    let bytes = Array("aé😀b é".utf8)
    let regex = try RegularExpression(oniguruma: #"\p{L}+|😀"#)
    #expect(try regex.matches(in: bytes[...]) == [0..<3, 3..<7, 7..<8, 9..<11])
    #expect(try regex.matches(in: bytes[3...]) == [3..<7, 7..<8, 9..<11])
    #expect(try regex.matches(in: bytes[7..<9]) == [7..<8])
    #expect(try regex.matches(in: bytes[9..<9]) == [])
  }

  @Test("Empty matches advance, and none follows another match directly")
  func advancesOverEmptyMatches() throws {
    let regex = try RegularExpression(oniguruma: "a*")
    #expect(try regex.matches(in: Array("baac".utf8)[...]) == [0..<0, 1..<3, 4..<4])
    let boundary = try RegularExpression(oniguruma: "(?=é)")
    #expect(try boundary.matches(in: Array("éé".utf8)[...]) == [0..<0, 2..<2])
  }

  @Test("A literal is found everywhere, but not overlapping itself")
  func findsLiterals() throws {
    var texts = RandomText(seed: 1)
    for literal in ["aa", " ", "é", "ab", ""] {
      let matcher = try TextMatcher(.literal(literal))
      for _ in 0..<100 {
        let text = "a" + texts.next(upTo: 6) + "aaa é ab" + texts.next(upTo: 3)
        let bytes = Array(text.utf8)
        var position = 0
        var expected: [Range<Int>] = []
        while position < bytes.count, !literal.isEmpty {
          if bytes[position...].starts(with: literal.utf8) {
            expected.append(position..<(position + literal.utf8.count))
            position += literal.utf8.count
          } else {
            position += 1
          }
        }
        #expect(try matcher.matches(in: bytes[...]) == expected)
      }
    }
  }

  @Test(
    "A pattern that backtracks without end gives up with an error", .timeLimit(.minutes(2)),
    arguments: ["(a+)+$", "(a|a)*b", "(?:a|aa)+$"])
  func givesUp(pattern: String) throws {
    let regex = try RegularExpression(oniguruma: pattern)
    let text = Array((String(repeating: "a", count: 60) + "!").utf8)
    let error = #expect(throws: NormalizationError.self) { try regex.matches(in: text[...]) }
    guard case .patternGaveUp(pattern, _)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    // It is as good as new afterwards.
    #expect(try regex.matches(in: Array("!".utf8)[...]).allSatisfy(\.isEmpty))
  }

  @Test(
    "Long runs of one kind do not exhaust the matcher", .timeLimit(.minutes(2)),
    arguments: [
      #"'s| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#, #"\s+|\S+"#, "(?:a|[^a])+",
      #"(?i:(\s)|(\S))+"#,
    ])
  func matchesLongRuns(pattern: String) throws {
    let regex = try RegularExpression(oniguruma: pattern)
    for scalar in ["a", "é", "1", " ", "\n", "!", "日"] as [Unicode.Scalar] {
      let bytes = Array(String(repeating: Character(scalar), count: 1_000_000).utf8)
      #expect(try regex.matches(in: bytes[...]) == [0..<bytes.count])
    }
  }

  @Test("One expression used by many threads at once finds what it finds alone")
  func isThreadSafe() throws {
    let regex = try RegularExpression(oniguruma: #"(?i:'s|'t)|\p{L}+|\p{N}{1,3}|\s+(?!\S)|\s+"#)
    var random = RandomText(seed: 2)
    let texts = (0..<200).map { _ in Array(random.next(upTo: 60).utf8) }
    let expected = try texts.map { try regex.matches(in: $0[...]) }
    let mistakes = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: 16) { worker in
      for index in texts.indices {
        let place = (index + worker * 13) % texts.count
        let found = try? regex.matches(in: texts[place][...])
        if found != expected[place] { mistakes.add(1, ordering: .relaxed) }
      }
    }
    #expect(mistakes.load(ordering: .relaxed) == 0)
  }
}
