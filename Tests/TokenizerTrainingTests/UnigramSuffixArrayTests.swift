import TestSupport
import Testing

@testable import TokenizerTraining

@Suite struct UnigramSuffixArrayTests {
  /// Texts that end with 0 and are likely to repeat themselves.
  static func texts(_ count: Int) -> [(text: [Int32], alphabet: Int)] {
    var random = SeededGenerator(seed: 3)
    return (0..<count).map { _ in
      let alphabet = Int.random(in: 2...6, using: &random)
      let length = Int.random(in: 0...80, using: &random)
      var text = (0..<length).map { _ in Int32.random(in: 1..<Int32(alphabet), using: &random) }
      if Bool.random(using: &random) { text += text }
      return (text + [0], alphabet)
    }
  }

  @Test func `Suffixes are in the order that sorting them gives`() {
    for (text, alphabet) in Self.texts(400) {
      let expected = text.indices.sorted { text[$0...].lexicographicallyPrecedes(text[$1...]) }
      #expect(SuffixArray.make(text, alphabet: alphabet) == expected.map(Int32.init))
    }
  }

  @Test func `A long periodic text is sorted through all levels of the recursion`() {
    var text: [Int32] = [1, 2]
    while text.count < 20_000 { text += text.dropLast() + [3] }
    text.append(0)
    let order = SuffixArray.make(text, alphabet: 4)
    var ranks = [Int](repeating: -1, count: text.count)
    for (rank, position) in order.enumerated() { ranks[Int(position)] = rank }
    #expect(!ranks.contains(-1))
    // Neighbours in the order: their first symbols, or those after them, tell which comes first.
    for (first, second) in zip(order, order.dropFirst()) {
      let (left, right) = (text[Int(first)], text[Int(second)])
      #expect(left < right || (left == right && ranks[Int(first) + 1] < ranks[Int(second) + 1]))
    }
  }

  @Test func `Empty and single texts have their suffixes`() {
    #expect(SuffixArray.make([], alphabet: 1) == [])
    #expect(SuffixArray.make([0], alphabet: 1) == [0])
    #expect(SuffixArray.make([1, 0], alphabet: 2) == [1, 0])
  }

  @Test func `Repeated substrings are those before different symbols, with all their occurrences`()
  {
    for (text, alphabet) in Self.texts(150) {
      var found: [[Int32]: Int] = [:]
      let order = SuffixArray.make(text, alphabet: alphabet)
      let intervals = RepeatedSubstrings(text: text, order: order, limit: text.count)
      intervals.forEach {
        Int(order[$0]) + 1
      } _: { interval in
        let start = Int(order[interval.range.lowerBound])
        found[Array(text[start..<(start + interval.length)])] = interval.weight
        #expect(interval.range.count > 1)
      }
      #expect(found == Self.substringsBeforeDifferentSymbols(text))
    }
  }

  /// From each such substring to the sum of its positions, counted from 1.
  private static func substringsBeforeDifferentSymbols(_ text: [Int32]) -> [[Int32]: Int] {
    var followers: [[Int32]: Set<Int32>] = [:]
    var weights: [[Int32]: Int] = [:]
    for start in text.indices {
      for end in (start + 1)..<max(start + 2, text.count) where end < text.count {
        let part = Array(text[start..<end])
        followers[part, default: []].insert(text[end])
        weights[part, default: 0] += start + 1
      }
    }
    return weights.filter { followers[$0.key, default: []].count > 1 }
  }

  @Test func `Substrings longer than the limit are told no apart`() {
    let text: [Int32] = [1, 1, 1, 1, 2, 1, 1, 1, 1, 3, 0]
    let order = SuffixArray.make(text, alphabet: 4)
    var lengths: Set<Int> = []
    RepeatedSubstrings(text: text, order: order, limit: 2).forEach { _ in
      1
    } _: {
      lengths.insert($0.length)
    }
    #expect(lengths == [1, 2])
  }
}
