internal import Tokenization

/// Two neighbouring tokens. Ordered by the left one, then by the right one.
struct TokenPair: Equatable, Comparable {
  let key: UInt64

  @inline(__always)
  init(_ left: TokenID, _ right: TokenID) { key = UInt64(left) << 32 | UInt64(right) }

  var left: TokenID { TokenID(key >> 32) }
  var right: TokenID { TokenID(truncatingIfNeeded: key) }

  @inline(__always)
  static func < (first: TokenPair, second: TokenPair) -> Bool { first.key < second.key }
}

/// How often each pair of neighbours occurs.
///
/// A count can fall below zero: the reference takes away what it has never added where
/// `maximumTokenLength` kept a pair out.
struct PairCounts: ~Copyable {
  private struct Slot {
    var key: UInt64
    var count: Int
  }
  // Safe: indices are masked by the size, which is a power of two.
  private var slots: UnsafeMutableBufferPointer<Slot>
  private(set) var count = 0

  /// No token has this id, so no pair has this key.
  private static let empty = UInt64.max

  init() { slots = Self.allocate(1 << 12) }

  deinit { slots.deallocate() }

  /// Adds to the count of a pair.
  ///
  /// - Returns: the new count.
  @inline(__always)
  @discardableResult
  mutating func add(_ occurrences: Int, to pair: TokenPair) -> Int {
    var index = find(pair)
    if slots[index].key == Self.empty {
      if count * 2 >= slots.count {
        grow()
        index = find(pair)
      }
      slots[index].key = pair.key
      count += 1
    }
    slots[index].count += occurrences
    return slots[index].count
  }

  /// The count of a pair.
  subscript(pair: TokenPair) -> Int { slots[find(pair)].count }

  /// How many places the table has.
  var capacity: Int { slots.count }

  /// The place of a pair that has been counted, until the next new pair is.
  func place(of pair: TokenPair) -> Int { find(pair) }

  /// The pair at a place that has one.
  func pair(at place: Int) -> TokenPair {
    TokenPair(TokenID(slots[place].key >> 32), TokenID(truncatingIfNeeded: slots[place].key))
  }

  @inline(__always)
  private func find(_ pair: TokenPair) -> Int {
    let product = pair.key.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
    var index = Int(truncatingIfNeeded: product.high ^ product.low) & (slots.count - 1)
    while slots[index].key != Self.empty, slots[index].key != pair.key {
      index = (index + 1) & (slots.count - 1)
    }
    return index
  }

  private mutating func grow() {
    let old = slots
    slots = Self.allocate(old.count * 2)
    for slot in old where slot.key != Self.empty {
      slots[find(TokenPair(TokenID(slot.key >> 32), TokenID(truncatingIfNeeded: slot.key)))] = slot
    }
    old.deallocate()
  }

  private static func allocate(_ count: Int) -> UnsafeMutableBufferPointer<Slot> {
    let slots = UnsafeMutableBufferPointer<Slot>.allocate(capacity: count)
    slots.initialize(repeating: Slot(key: empty, count: 0))
    return slots
  }
}
