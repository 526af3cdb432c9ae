/// The merges of a BPE model as a hash table from a pair of neighbours to its rank and result.
struct PairTable: Sendable {
  /// What a pair merges into, and when.
  struct Entry: Sendable {
    var rank: Int32
    var result: TokenID
  }

  // Open addressing with linear probing over a power of two of slots, at most half of them used. The
  // rank tells an empty slot: any two ids can be a pair.
  private var keys: [UInt64]
  private var entries: [Entry]
  private let mask: Int

  private static let empty = Entry(rank: -1, result: 0)

  /// Where a pair occurs twice, its last rank counts, as in the reference's map.
  ///
  /// - Parameter sharesRanks: whether neighbours in the list with the same result have one rank.
  init(_ merges: [BPEDefinition.Merge], sharesRanks: Bool = false) {
    var slotCount = 16
    while slotCount < merges.count * 2 { slotCount *= 2 }
    mask = slotCount - 1
    keys = Array(repeating: 0, count: slotCount)
    entries = Array(repeating: Self.empty, count: slotCount)
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
    let entry = entries[slot(of: Self.key(left, right))]
    return entry.rank >= 0 ? entry : nil
  }

  /// The slot that holds `key`, or the empty one where it would go.
  private func slot(of key: UInt64) -> Int {
    var slot = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 20) & mask
    while entries[slot].rank >= 0, keys[slot] != key { slot = (slot + 1) & mask }
    return slot
  }

  private static func key(_ left: TokenID, _ right: TokenID) -> UInt64 {
    UInt64(left) << 32 | UInt64(right)
  }
}
