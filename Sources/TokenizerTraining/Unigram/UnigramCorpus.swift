/// The words that a unigram model is trained on: how often each occurs, and how often of that at the
/// end of a line.
///
/// A substring becomes a candidate when different things follow it. SentencePiece looks at whole
/// lines, so that for a word there are two kinds of followers beside more letters: another word, and
/// nothing. Keeping count of both lets the candidates be found from the different words alone, which
/// are far fewer than the words of the text.
public struct UnigramCorpus: Sendable {
  /// How often each word occurs before another word.
  public private(set) var inner = WordCounts()
  /// How often each word occurs as the last of a line.
  public private(set) var final = WordCounts()

  /// No words.
  public init() {}

  /// Words by themselves, of which it is not known where they stood: every one that occurs twice or
  /// more is a candidate.
  ///
  /// - Parameter words: normalized words in which every space is spelled `▁` (U+2581).
  public init(_ words: WordCounts) {
    for index in 0..<words.count {
      let occurrences = words.occurrences(at: index)
      inner.add(words.word(at: index), occurrences: max(1, occurrences - 1))
      if occurrences > 1 { final.add(words.word(at: index)) }
    }
  }

  /// Counts a line's words.
  public mutating func add(_ words: [ArraySlice<UInt8>], occurrences: Int = 1) {
    guard let last = words.last else { return }
    for word in words.dropLast() { inner.add(word, occurrences: occurrences) }
    final.add(last, occurrences: occurrences)
  }

  /// How often each word occurs in all.
  public var words: WordCounts {
    var words = inner
    words.add(contentsOf: final)
    return words
  }

  /// Adds the counts of another part of the text, which comes after this one.
  public mutating func merge(_ other: UnigramCorpus) {
    inner.add(contentsOf: other.inner)
    final.add(contentsOf: other.final)
  }
}
