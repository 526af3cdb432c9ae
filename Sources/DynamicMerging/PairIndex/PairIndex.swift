/// The pairs of neighbouring symbols, how often each occurs, and where.
///
/// Everything is integers in flat arrays: a pair is the number of its entry, an occurrence the position of its
/// left symbol. Neighbours overlap (a, a, a is (a, a) twice), and a position is the left end of one pair at most.
struct PairIndex {
  private static let none = UInt32.max

  // For each pair.
  private var symbols: [UInt64] = []
  private var counts: [UInt32] = []
  /// The heap of its positions.
  private var roots: [UInt32] = []
  private var areForbidden: [Bool] = []
  /// Open addressing with linear probing: a pair's number plus one, or 0.
  private var slots = [UInt32](repeating: 0, count: 1024)

  // For each position.
  /// The pair that begins there.
  private var pairs: [UInt32]
  /// How often what stands there occurs in the batch.
  private let weights: [UInt32]

  private var heaps: PositionHeaps
  private var queue = PairQueue()

  /// - Parameter weights: how often each position counts.
  init(weights: [UInt32]) {
    self.weights = weights
    pairs = Array(repeating: Self.none, count: weights.count)
    heaps = PositionHeaps(count: weights.count)
  }

  /// The two symbols of a pair.
  func symbols(of pair: UInt32) -> (left: UInt32, right: UInt32) {
    (
      UInt32(truncatingIfNeeded: symbols[Int(pair)] >> 32),
      UInt32(truncatingIfNeeded: symbols[Int(pair)])
    )
  }

  /// How often a pair occurs in the batch.
  func count(of pair: UInt32) -> UInt32 { counts[Int(pair)] }

  /// The pair that begins at a position; `nil` when none does, or one that must not merge.
  func pair(at position: UInt32) -> UInt32? {
    let pair = pairs[Int(position)]
    return pair == Self.none ? nil : pair
  }

  /// Notes that two symbols have become neighbours.
  ///
  /// - Parameter isAllowed: whether they may merge; asked once for every pair.
  mutating func add(
    _ left: UInt32, _ right: UInt32, at position: UInt32, isAllowed: (UInt32, UInt32) -> Bool
  ) {
    let pair = number(of: left, right, isAllowed)
    guard !areForbidden[Int(pair)] else { return }
    pairs[Int(position)] = pair
    counts[Int(pair)] += weights[Int(position)]
    roots[Int(pair)] = heaps.joined(roots[Int(pair)], position)
    queue.raise(pair, to: PairQueue.priority(count: counts[Int(pair)], first: roots[Int(pair)]))
  }

  /// Notes that the pair at a position, if there is one, is no more.
  mutating func remove(at position: UInt32) {
    let pair = pairs[Int(position)]
    guard pair != Self.none else { return }
    pairs[Int(position)] = Self.none
    counts[Int(pair)] -= weights[Int(position)]
    roots[Int(pair)] = heaps.removing(position, from: roots[Int(pair)])
  }

  /// The pair that merges next, and where it stands from left to right; it is gone from the index then.
  ///
  /// - Returns: `nil` when no pair is left.
  mutating func takeNext() -> (pair: UInt32, count: UInt32, positions: [UInt32])? {
    while let top = queue.top {
      let pair = Int(top.pair)
      let count = counts[pair]
      guard count > 0 else {
        queue.removeTop()
        continue
      }
      let priority = PairQueue.priority(count: count, first: roots[pair])
      guard priority == top.priority else {
        queue.lowerTop(to: priority)
        continue
      }
      queue.removeTop()
      var positions: [UInt32] = []
      heaps.takeAll(roots[pair], into: &positions)
      positions.sort()
      for position in positions { pairs[Int(position)] = Self.none }
      roots[pair] = Self.none
      counts[pair] = 0
      return (top.pair, count, positions)
    }
    return nil
  }

  // MARK: Numbers

  private mutating func number(
    of left: UInt32, _ right: UInt32, _ isAllowed: (UInt32, UInt32) -> Bool
  ) -> UInt32 {
    let key = UInt64(left) << 32 | UInt64(right)
    var slot = Self.slot(of: key, count: slots.count)
    while slots[slot] != 0 {
      if symbols[Int(slots[slot]) - 1] == key { return slots[slot] - 1 }
      slot = (slot + 1) & (slots.count - 1)
    }
    symbols.append(key)
    counts.append(0)
    roots.append(Self.none)
    areForbidden.append(!isAllowed(left, right))
    queue.addPair()
    slots[slot] = UInt32(symbols.count)
    if symbols.count * 2 > slots.count { grow() }
    return UInt32(symbols.count - 1)
  }

  private mutating func grow() {
    slots = [UInt32](repeating: 0, count: slots.count * 2)
    for (pair, key) in symbols.enumerated() {
      var slot = Self.slot(of: key, count: slots.count)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = UInt32(pair + 1)
    }
  }

  private static func slot(of key: UInt64, count: Int) -> Int {
    let product = key.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
    return Int(truncatingIfNeeded: product.high ^ product.low) & (count - 1)
  }
}
