import TestSupport
import Testing

@testable import Tokenization

/// Merging by scanning and by heap, compared with the definition of byte-pair encoding.
@Suite struct MergingTests {
  /// Byte-pair encoding as it is defined: look at all pairs, make the first merge of the lowest rank,
  /// and begin again.
  private func slowMerge(
    _ word: [TokenID], _ merges: [BPEDefinition.Merge]
  ) -> [(id: TokenID, length: Int)] {
    var tokens = word.map { (id: $0, length: 1) }
    while true {
      var best: (rank: Int, index: Int)?
      for index in tokens.indices.dropLast() {
        // Where a pair is listed twice, its last rank counts.
        let rank = merges.lastIndex {
          $0.left == tokens[index].id && $0.right == tokens[index + 1].id
        }
        if let rank, rank < best?.rank ?? .max { best = (rank, index) }
      }
      guard let best else { return tokens }
      let length = tokens[best.index].length + tokens[best.index + 1].length
      tokens[best.index] = (merges[best.rank].result, length)
      tokens.remove(at: best.index + 1)
    }
  }

  private func merged(
    _ word: [TokenID], _ merge: (inout MergingWord) -> Void
  ) -> [(id: TokenID, length: Int)] {
    var merging = MergingWord(capacity: word.count)
    for id in word { merging.append(id, length: 1) }
    merge(&merging)
    return Array(merging.tokens)
  }

  /// Merges that a trainer could have made, or, when `isWild`, any at all: results that are parts of
  /// other merges of lower rank, repeated pairs, loops.
  private func randomMerges(
    _ generator: inout SeededGenerator, alphabet: Int, isWild: Bool
  ) -> [BPEDefinition.Merge] {
    var known = Array(0..<TokenID(alphabet))
    var merges: [BPEDefinition.Merge] = []
    for _ in 0..<Int.random(in: 0...30, using: &generator) {
      let left = known.randomElement(using: &generator)!
      let right = known.randomElement(using: &generator)!
      let isKnown = merges.contains { $0.left == left && $0.right == right }
      if isKnown && !isWild { continue }
      let isOld = isWild && Bool.random(using: &generator)
      let result = isOld ? known.randomElement(using: &generator)! : TokenID(known.count)
      if !isOld { known.append(result) }
      merges.append(BPEDefinition.Merge(left: left, right: right, result: result))
    }
    if isWild { merges.shuffle(using: &generator) }
    return merges
  }

  @Test("Scanning, the heap and the definition give the same tokens", arguments: [false, true])
  func agree(isWild: Bool) {
    var generator = SeededGenerator(seed: isWild ? 1 : 2)
    for _ in 0..<600 {
      let alphabet = Int.random(in: 1...5, using: &generator)
      let merges = randomMerges(&generator, alphabet: alphabet, isWild: isWild)
      let table = PairTable(merges)
      for _ in 0..<5 {
        let length = Int.random(in: 0...24, using: &generator)
        let word = (0..<length).map { _ in
          TokenID.random(in: 0..<TokenID(alphabet), using: &generator)
        }
        let expected = slowMerge(word, merges)
        let scanned = merged(word) { $0.mergeByScanning(table) }
        let heaped = merged(word) { $0.mergeByHeap(table) }
        #expect(scanned.elementsEqual(expected) { $0 == $1 }, "\(word) with \(merges)")
        #expect(heaped.elementsEqual(expected) { $0 == $1 }, "\(word) with \(merges)")
      }
    }
  }

  @Test("Windows give the tokens of the heap and their lengths", arguments: [false, true])
  func agreesWindowByWindow(isWild: Bool) {
    var generator = SeededGenerator(seed: isWild ? 5 : 6)
    for _ in 0..<300 {
      let alphabet = Int.random(in: 1...5, using: &generator)
      let table = PairTable(randomMerges(&generator, alphabet: alphabet, isWild: isWild))
      let length = Int.random(in: (SymbolMerging.scanLimit + 1)...200, using: &generator)
      let word = (0..<length).map { _ in
        TokenID.random(in: 0..<TokenID(alphabet), using: &generator)
      }
      let expected = merged(word) { $0.mergeByHeap(table) }
      for windowLength in [9, 30] {
        let windowed = merged(word) { $0.mergeByWindows(table, windowLength: windowLength) }
        #expect(windowed.elementsEqual(expected) { $0 == $1 })
      }
    }
  }

  @Test("Words on both sides of the limit for scanning are merged alike")
  func agreesAroundLimit() {
    var generator = SeededGenerator(seed: 3)
    let merges = randomMerges(&generator, alphabet: 3, isWild: false)
    let table = PairTable(merges)
    for length in (MergingWord.scanLimit - 2)...(MergingWord.scanLimit + 2) {
      let word = (0..<length).map { _ in TokenID.random(in: 0..<3, using: &generator) }
      #expect(merged(word) { $0.merge(table) }.elementsEqual(slowMerge(word, merges)) { $0 == $1 })
    }
  }

  @Test("A pair table finds every pair, the last rank of a repeated one, and no other pair")
  func looksUpPairs() {
    var generator = SeededGenerator(seed: 4)
    var expected: [[TokenID]: (rank: Int32, result: TokenID)] = [:]
    let merges = (0..<5000).map { rank in
      let pair = (0..<2).map { _ in
        // Close together, and at the end of the range: as likely to collide as any.
        Bool.random(using: &generator)
          ? TokenID.random(in: 0..<64, using: &generator)
          : TokenID.max - TokenID.random(in: 0..<64, using: &generator)
      }
      expected[pair] = (Int32(rank), TokenID(rank))
      return BPEDefinition.Merge(left: pair[0], right: pair[1], result: TokenID(rank))
    }
    let table = PairTable(merges)
    for left in Array(0..<70) + (0..<70).map({ TokenID.max - $0 }) as [TokenID] {
      for right in Array(0..<70) + (0..<70).map({ TokenID.max - $0 }) as [TokenID] {
        let entry = table[left, right]
        #expect(entry?.rank == expected[[left, right]]?.rank)
        #expect(entry?.result == expected[[left, right]]?.result)
      }
    }
  }
}
