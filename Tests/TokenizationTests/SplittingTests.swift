import Normalization
import TestSupport
import Testing

@testable import Tokenization

/// How texts are cut into pieces.
@Suite struct SplittingTests {
  private static let behaviors: [SplitBehavior] = [
    .removed, .isolated, .mergedWithPrevious, .mergedWithNext, .contiguous,
  ]

  private func pieces(_ preTokenizer: PreTokenizer, _ text: String) throws -> [String] {
    let split = try Splitter(preTokenizer, keepsBytes: false).split(AlignedText(text.utf8))
    return split.pieces.map { String(decoding: split.text.bytes[$0], as: UTF8.self) }
  }

  /// The examples of `SplitDelimiterBehavior` in the documentation of Hugging Face's tokenizers.
  @Test("Behaviors cut as their documentation shows")
  func cutsAsDocumented() throws {
    let expected: [(SplitBehavior, [String])] = [
      (.removed, ["the", "final", "countdown"]),
      (.isolated, ["the", "-", "final", "-", "-", "countdown"]),
      (.mergedWithPrevious, ["the-", "final-", "-", "countdown"]),
      (.mergedWithNext, ["the", "-final", "-", "-countdown"]),
      (.contiguous, ["the", "-", "final", "--", "countdown"]),
    ]
    for (behavior, expected) in expected {
      let split = PreTokenizer.split(.literal("-"), behavior, inverted: false)
      #expect(try pieces(split, "the-final--countdown") == expected)
    }
    #expect(
      try pieces(.split(.regex("[a-z]+"), .isolated, inverted: true), "ab-cd--") == [
        "ab", "-", "cd", "--",
      ])
  }

  /// What a behavior says of two neighbours: whether a cut stands between them.
  private func cuts(_ behavior: SplitBehavior, _ left: Bool, _ right: Bool) -> Bool {
    switch behavior {
    case .removed, .isolated: true
    case .mergedWithPrevious: !(right && !left)
    case .mergedWithNext: !(left && !right)
    case .contiguous: left != right
    }
  }

  @Test("Random matches are cut between neighbours as each behavior says")
  func cutsRandomSegments() {
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<2000 {
      // Matches may follow each other; what lies between two is one segment.
      var segments: [(range: Range<Int>, isMatch: Bool)] = []
      var position = 0
      for _ in 0..<Int.random(in: 0...8, using: &generator) {
        let isMatch = segments.last?.isMatch == false || Bool.random(using: &generator)
        let start = position
        position += Int.random(in: 1...3, using: &generator)
        segments.append((start..<position, isMatch))
      }
      for behavior in Self.behaviors {
        for isInverted in [false, true] {
          let flags = segments.map { $0.isMatch != isInverted }
          var expected: [Range<Int>] = []
          for (index, segment) in segments.enumerated()
          where behavior != .removed || !flags[index] {
            let isCut =
              index == 0 || behavior == .removed
              || cuts(behavior, flags[index - 1], flags[index])
            if isCut {
              expected.append(segment.range)
            } else {
              expected[expected.count - 1] =
                expected[expected.count - 1].lowerBound..<segment.range.upperBound
            }
          }
          var result = SplitSegments(behavior, isInverted: isInverted)
          // The second time behind another piece, to which nothing may be joined.
          for start in [0, position] {
            result.begin(start..<(start + position))
            for segment in segments where segment.isMatch {
              result.addMatch(
                (start + segment.range.lowerBound)..<(start + segment.range.upperBound))
            }
            result.end()
          }
          let both =
            expected
            + expected.map { (position + $0.lowerBound)..<(position + $0.upperBound) }
          #expect(result.pieces == both, "\(behavior): \(segments)")
        }
      }
    }
  }

  @Test("Cutting a random text loses nothing but what is removed, in order")
  func coversTexts() throws {
    var texts = RandomText(seed: 2)
    for behavior in Self.behaviors {
      for inverted in [false, true] {
        let splitter = try Splitter(
          .sequence([
            .split(.regex(#"\s+|\p{N}"#), behavior, inverted: inverted), .punctuation(behavior),
          ]), keepsBytes: false)
        for _ in 0..<100 {
          let text = Array(texts.next(upTo: 30).utf8)
          let split = try splitter.split(AlignedText(text))
          #expect(split.pieces.allSatisfy { !$0.isEmpty })
          #expect(
            zip(split.pieces, split.pieces.dropFirst()).allSatisfy {
              $0.upperBound <= $1.lowerBound
            })
          if behavior != .removed {
            #expect(split.pieces.flatMap { split.text.bytes[$0] } == text)
          }
        }
      }
    }
  }

  @Test("Pre-tokenizers cut where they say")
  func cuts() throws {
    #expect(try pieces(.whitespaceSplit, " a  b\u{3000}c! ") == ["a", "b", "c!"])
    #expect(try pieces(.delimiter("é"), "aébéé") == ["a", "b"])
    #expect(try pieces(.digits(individual: true), "a12b½") == ["a", "1", "2", "b", "½"])
    #expect(try pieces(.digits(individual: false), "a12b½") == ["a", "12", "b", "½"])
    #expect(try pieces(.punctuation(.isolated), "a,b!?$") == ["a", ",", "b", "!", "?", "$"])
    #expect(try pieces(.fixedLength(2), "aébcd") == ["aé", "bc", "d"])
    #expect(try pieces(.sequence([]), "a b") == ["a b"])
    #expect(
      try pieces(.sequence([.whitespaceSplit, .fixedLength(2)]), "abc de") == ["ab", "c", "de"])
  }

  /// The reference uses Rust's `\w` here, which has join controls and no fractions.
  @Test("The Whitespace pre-tokenizer cuts words from signs")
  func cutsWords() throws {
    #expect(try pieces(.whitespace, "Hey, a_b!? x") == ["Hey", ",", "a_b", "!?", "x"])
    #expect(try pieces(.whitespace, "a\u{200D}b ½x") == ["a\u{200D}b", "½", "x"])
  }

  @Test("Byte-level pieces are spelled in the byte alphabet, after a space where one is asked for")
  func spellsBytes() throws {
    func byteLevel(_ prefix: Bool, _ regex: Bool) -> PreTokenizer {
      .byteLevel(addPrefixSpace: prefix, trimOffsets: true, useRegex: regex)
    }
    #expect(try pieces(byteLevel(false, true), "a é's") == ["a", "ĠÃ©", "'s"])
    #expect(try pieces(byteLevel(true, true), "a b") == ["Ġa", "Ġb"])
    #expect(try pieces(byteLevel(true, false), " a b") == ["ĠaĠb"])
    #expect(try pieces(byteLevel(true, true), "") == [])
  }

  @Test("Metaspace marks words as its scheme says")
  func marksWords() throws {
    func metaspace(_ prepend: MetaspacePrepend, split: Bool = true) -> PreTokenizer {
      .metaspace(replacement: "▁", prepend: prepend, split: split)
    }
    #expect(try pieces(metaspace(.always), "a  b") == ["▁a", "▁", "▁b"])
    #expect(try pieces(metaspace(.never), "a b ") == ["a", "▁b", "▁"])
    #expect(try pieces(metaspace(.first), " a") == ["▁a"])
    #expect(try pieces(metaspace(.always, split: false), "a b") == ["▁a▁b"])
    // Only the piece where the original text begins gets a mark by the scheme `first`.
    let words = PreTokenizer.sequence([.whitespaceSplit, metaspace(.first)])
    #expect(try pieces(words, "a b") == ["▁a", "b"])
    #expect(try pieces(.sequence([.whitespaceSplit, metaspace(.always)]), "a b") == ["▁a", "▁b"])
  }

  @Test("BERT drops spaces and isolates punctuation")
  func cutsForBERT() throws {
    #expect(try pieces(.bert, " don't  stop!? ") == ["don", "'", "t", "stop", "!", "?"])
  }

  @Test("Scripts are cut apart; spaces go with what stands before them")
  func cutsScripts() throws {
    #expect(try pieces(.unicodeScripts, "abc дом ab") == ["abc ", "дом ", "ab"])
    #expect(try pieces(.unicodeScripts, "漢字かなカナー") == ["漢字かなカナー"])
    #expect(try pieces(.unicodeScripts, "  a1") == ["a", "1"])
  }
}
