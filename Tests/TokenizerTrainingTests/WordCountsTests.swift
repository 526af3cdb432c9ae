import TestSupport
import Testing
import TokenizerTraining

@Suite struct WordCountsTests {
  /// Words with their occurrences, in order.
  private func list(_ counts: WordCounts) -> [String] {
    (0..<counts.count).map {
      "\(String(decoding: counts.word(at: $0), as: UTF8.self)):\(counts.occurrences(at: $0))"
    }
  }

  private func counts(_ words: [(String, Int)]) -> WordCounts {
    var counts = WordCounts()
    for (word, occurrences) in words { counts.add(Array(word.utf8)[...], occurrences: occurrences) }
    return counts
  }

  @Test func `Words keep the order of their first occurrence and add up`() {
    #expect(list(counts([("b", 1), ("a", 3), ("b", 2), ("", 1)])) == ["b:3", "a:3", ":1"])
  }

  @Test func `Counts are those of a dictionary, however many words there are`() {
    var generator = SeededGenerator(seed: 3)
    var counts = WordCounts()
    var expected: [String: Int] = [:]
    for _ in 0..<20_000 {
      let word = String(Int.random(in: 0..<6000, using: &generator), radix: 3)
      counts.add(Array(word.utf8)[...])
      expected[word, default: 0] += 1
    }
    #expect(Set(list(counts)) == Set(expected.map { "\($0.key):\($0.value)" }))
    #expect(counts.count == expected.count)
  }

  @Test func `Counts of parts add up to those of the whole, in the order of the parts`() {
    var first = counts([("x", 1), ("y", 2)])
    first.add(contentsOf: counts([("z", 1), ("x", 5)]))
    #expect(list(first) == ["x:6", "y:2", "z:1"])
  }

  @Test func `Beyond a budget the rarest words go, all with equally many together`() {
    var words = counts((0..<100).map { ("rare\($0)", 1) } + [("often", 9), ("twice", 2)])
    let exact = words
    words.dropRarest(toFit: words.memorySize)
    #expect(list(words) == list(exact) && words.droppedWords == 0)
    words.dropRarest(toFit: words.memorySize - 1)
    #expect(list(words) == ["often:9", "twice:2"])
    #expect(words.droppedWords == 100 && words.droppedOccurrences == 100)
    words.add(Array("rare0".utf8)[...])
    words.add(Array("often".utf8)[...])
    #expect(list(words) == ["often:10", "twice:2", "rare0:1"])
  }
}
