import Testing
import TokenizerTraining

@Suite struct WordCountsTests {
  @Test func `Words keep the order of their first occurrence and add up`() {
    var counts = WordCounts()
    counts.add(ArraySlice("b".utf8))
    counts.add(ArraySlice("a".utf8), occurrences: 3)
    counts.add(ArraySlice("b".utf8), occurrences: 2)
    #expect(counts.count == 2)
    #expect(Array(counts.word(at: 0)) == Array("b".utf8))
    #expect(Array(counts.word(at: 1)) == Array("a".utf8))
    #expect((0..<2).map(counts.occurrences) == [3, 3])
  }
}
