import TestSupport
import Testing

@testable import Tokenization

/// The merging of the fast engines, compared with `MergingWord`.
@Suite struct SymbolMergingTests {
  private func expected(_ word: [TokenID], _ table: PairTable) -> [TokenID] {
    var merging = MergingWord(capacity: word.count)
    for id in word { merging.append(id, length: 1) }
    merging.mergeByScanning(table)
    return merging.tokens.map(\.id)
  }

  private func merged(
    _ word: [TokenID], _ table: PairTable, windowLength: Int = SymbolMerging.windowLength
  ) -> [TokenID] {
    var merging = SymbolMerging()
    merging.symbols.append(contentsOf: word)
    var output = RawList<TokenID>()
    merging.merge(table, windowLength: windowLength, into: &output)
    return Array(output.elements)
  }

  /// Merges that a trainer could have made, or, when `isWild`, in any order, so that a merge can make
  /// others of lower rank.
  private func randomTable(
    _ generator: inout SeededGenerator, alphabet: Int, isWild: Bool
  ) -> PairTable {
    var known = Array(0..<TokenID(alphabet))
    var merges: [BPEDefinition.Merge] = []
    for _ in 0..<Int.random(in: 0...40, using: &generator) {
      let left = known.randomElement(using: &generator)!
      let right = known.randomElement(using: &generator)!
      merges.append(BPEDefinition.Merge(left: left, right: right, result: TokenID(known.count)))
      known.append(TokenID(known.count))
    }
    if isWild { merges.shuffle(using: &generator) }
    return PairTable(merges)
  }

  @Test(arguments: [false, true])
  func `Words of every length merge as the general engine merges them`(isWild: Bool) {
    var generator = SeededGenerator(seed: isWild ? 1 : 2)
    for _ in 0..<300 {
      let alphabet = Int.random(in: 1...4, using: &generator)
      let table = randomTable(&generator, alphabet: alphabet, isWild: isWild)
      for limit in [3, SymbolMerging.scanLimit, SymbolMerging.scanLimit + 3, 200] {
        let length = Int.random(in: 0...limit, using: &generator)
        let word = (0..<length).map { _ in
          TokenID.random(in: 0..<TokenID(alphabet), using: &generator)
        }
        #expect(merged(word, table) == expected(word, table))
      }
    }
  }

  @Test(arguments: [false, true])
  func `Windows of any length give what one window gives`(isWild: Bool) {
    var generator = SeededGenerator(seed: isWild ? 3 : 4)
    for _ in 0..<200 {
      let alphabet = Int.random(in: 1...3, using: &generator)
      let table = randomTable(&generator, alphabet: alphabet, isWild: isWild)
      let word = (0..<Int.random(in: 41...400, using: &generator)).map { _ in
        TokenID.random(in: 0..<TokenID(alphabet), using: &generator)
      }
      let whole = expected(word, table)
      for windowLength in [1, 10, 17, 64] {
        #expect(merged(word, table, windowLength: windowLength) == whole)
      }
    }
  }

  @Test func `Of merges with the same rank the leftmost is made first`() {
    let table = PairTable([
      PairTable.RankedPair(left: 1, right: 2, rank: 0, result: 9),
      PairTable.RankedPair(left: 0, right: 1, rank: 0, result: 10),
    ])
    #expect(merged([0, 1, 2], table) == [10, 2])
    let long = Array(repeating: [0, 1, 2] as [TokenID], count: 50).flatMap(\.self)
    #expect(merged(long, table, windowLength: 20) == (0..<100).map { $0 % 2 == 0 ? 10 : 2 })
  }
}
