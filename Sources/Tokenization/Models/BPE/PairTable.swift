/// The merges of a BPE model as a hash table from a pair of neighbours to its rank and result.
struct PairTable: Sendable {
  /// What a pair merges into, and when.
  struct Entry: Sendable {
    var rank: Int32
    var result: TokenID
  }

  /// An entry with its pair. The rank tells an empty slot: any two ids can be a pair.
  private struct Slot: BitwiseCopyable, Sendable {
    var left: TokenID
    var right: TokenID
    var rank: Int32
    var result: TokenID
  }

  // Open addressing with linear probing over a power of two of slots, at most two thirds of them used:
  // a look-up is one cache line in nearly all cases.
  private let slots: ConstantTable<Slot>
  private let mask: Int

  /// A pair with its rank, which other pairs may share.
  struct RankedPair {
    var left: TokenID
    var right: TokenID
    var rank: Int32
    var result: TokenID
  }

  /// Where a pair occurs twice, its last rank counts, as in the reference's map.
  ///
  /// - Parameter sharesRanks: whether neighbours in the list with the same result have one rank.
  init(_ merges: [BPEDefinition.Merge], sharesRanks: Bool = false) {
    var rank: Int32 = -1
    var previous: TokenID?
    self.init(
      merges.lazy.map { merge in
        if !sharesRanks || merge.result != previous { rank += 1 }
        previous = merge.result
        return RankedPair(left: merge.left, right: merge.right, rank: rank, result: merge.result)
      }, count: merges.count)
  }

  init(_ pairs: [RankedPair]) { self.init(pairs, count: pairs.count) }

  private init(_ pairs: some Sequence<RankedPair>, count: Int) {
    var slotCount = 16
    while slotCount * 2 < count * 3 { slotCount *= 2 }
    let mask = slotCount - 1
    self.mask = mask
    let empty = Slot(left: 0, right: 0, rank: -1, result: 0)
    slots = ConstantTable(repeating: empty, count: slotCount) { slots in
      for pair in pairs {
        var index = Self.hash(pair.left, pair.right) & mask
        while slots[index].rank >= 0,
          slots[index].left != pair.left || slots[index].right != pair.right
        {
          index = (index + 1) & mask
        }
        slots[index] = Slot(
          left: pair.left, right: pair.right, rank: pair.rank, result: pair.result)
      }
    }
  }

  /// The merge of `left` followed by `right`; `nil` when there is none.
  @inline(__always)
  subscript(left: TokenID, right: TokenID) -> Entry? {
    var index = Self.hash(left, right) & mask
    while true {
      let slot = slots[index]
      if slot.rank < 0 { return nil }
      if slot.left == left, slot.right == right {
        return Entry(rank: slot.rank, result: slot.result)
      }
      index = (index + 1) & mask
    }
  }

  /// No merge, as `key` has it: its rank is greater than any.
  static let noMerge = UInt64.max

  /// The merge of a pair as one number: its rank in the upper half, its result in the lower.
  @inline(__always)
  func key(_ left: TokenID, _ right: TokenID) -> UInt64 {
    guard let entry = self[left, right] else { return Self.noMerge }
    return UInt64(UInt32(bitPattern: entry.rank)) << 32 | UInt64(entry.result)
  }

  @inline(__always)
  private static func hash(_ left: TokenID, _ right: TokenID) -> Int {
    let pair = UInt64(left) << 32 | UInt64(right)
    return Int(truncatingIfNeeded: (pair &* 0x9E37_79B9_7F4A_7C15) >> 24)
  }
}
