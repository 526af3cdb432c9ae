/// The merges of a BPE model as a hash table from a pair of neighbours to its rank and result.
struct PairTable: Sendable {
  /// What a pair merges into, and when.
  struct Entry: Sendable {
    var rank: Int32
    var result: TokenID
  }

  // Open addressing with linear probing over a power of two of slots, at most half of them used.
  private var keys: [UInt64]
  private var entries: [Entry]
  private let mask: Int

  private static let empty = UInt64.max

  /// Where a pair occurs twice, its last rank counts, as in the reference's map.
  ///
  /// - Parameter sharesRanks: whether neighbours in the list with the same result have one rank.
  init(_ merges: [BPEDefinition.Merge], sharesRanks: Bool = false) {
    var slotCount = 16
    while slotCount < merges.count * 2 { slotCount *= 2 }
    mask = slotCount - 1
    keys = Array(repeating: Self.empty, count: slotCount)
    entries = Array(repeating: Entry(rank: 0, result: 0), count: slotCount)
    var rank = -1
    var previous: TokenID?
    for merge in merges {
      if !sharesRanks || merge.result != previous { rank += 1 }
      previous = merge.result
      let slot = self.slot(of: Self.key(merge.left, merge.right))
      keys[slot] = Self.key(merge.left, merge.right)
      entries[slot] = Entry(rank: Int32(rank), result: merge.result)
    }
  }

  /// The merge of `left` followed by `right`; `nil` when there is none.
  subscript(left: TokenID, right: TokenID) -> Entry? {
    let key = Self.key(left, right)
    let slot = self.slot(of: key)
    return keys[slot] == key ? entries[slot] : nil
  }

  /// The slot that holds `key`, or the empty one where it would go.
  private func slot(of key: UInt64) -> Int {
    var slot = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 20) & mask
    while keys[slot] != key, keys[slot] != Self.empty { slot = (slot + 1) & mask }
    return slot
  }

  private static func key(_ left: TokenID, _ right: TokenID) -> UInt64 {
    UInt64(left) << 32 | UInt64(right)
  }
}
