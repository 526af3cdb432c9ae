internal import Glibc

/// The surfaces of symbols. Two merges that spell the same bytes make the same symbol, whatever they merged.
///
/// A surface is a part of the text of the words and is never copied, so that a word of a million letters takes
/// no more memory while it grows letter by letter.
struct SurfaceTable {
  /// The surfaces of all words, one after another.
  let text: [UInt8]

  // For each symbol.
  private var starts: [Int] = []
  private var lengths: [Int] = []
  private var hashes: [PolynomialHash] = []
  private var traits: [TokenTraits] = []
  /// Open addressing with linear probing: a symbol plus one, or 0.
  private var slots = [UInt32](repeating: 0, count: 1024)
  private var slotsInUse = 0

  init(text: [UInt8]) { self.text = text }

  /// The number of symbols.
  var count: Int { starts.count }

  /// Where a symbol's surface stands in `text`.
  func range(of symbol: UInt32) -> Range<Int> {
    let start = starts[Int(symbol)]
    return start..<(start + lengths[Int(symbol)])
  }

  func traits(of symbol: UInt32) -> TokenTraits { traits[Int(symbol)] }

  /// Adds a base token.
  ///
  /// - Parameters:
  ///   - range: where its surface stands in `text`.
  ///   - isFound: whether merges that spell its surface make this token.
  mutating func addToken(_ range: Range<Int>, _ traits: TokenTraits, isFound: Bool) -> UInt32 {
    let symbol = append(range, PolynomialHash(text[range]), traits)
    if isFound, case (nil, let slot) = find(range, hashes[Int(symbol)]) { fill(slot, symbol) }
    return symbol
  }

  /// The symbol that two neighbours become.
  ///
  /// - Parameter start: where the surface of the left one stands, with that of the right one behind it.
  mutating func merged(_ left: UInt32, _ right: UInt32, at start: Int) -> UInt32 {
    let range = start..<(start + lengths[Int(left)] + lengths[Int(right)])
    let hash = hashes[Int(left)].followed(by: hashes[Int(right)])
    let (found, slot) = find(range, hash)
    if let found { return found }
    let symbol = append(range, hash, traits[Int(left)].followed(by: traits[Int(right)]))
    fill(slot, symbol)
    return symbol
  }

  private mutating func append(
    _ range: Range<Int>, _ hash: PolynomialHash, _ traits: TokenTraits
  ) -> UInt32 {
    starts.append(range.lowerBound)
    lengths.append(range.count)
    hashes.append(hash)
    self.traits.append(traits)
    return UInt32(starts.count - 1)
  }

  // MARK: Slots

  /// The symbol with a surface, and the slot in which it stands or would stand.
  private func find(_ range: Range<Int>, _ hash: PolynomialHash) -> (symbol: UInt32?, slot: Int) {
    var slot = hash.slot(count: slots.count)
    while slots[slot] != 0 {
      let symbol = slots[slot] - 1
      if hashes[Int(symbol)] == hash, hasSurface(symbol, range) { return (symbol, slot) }
      slot = (slot + 1) & (slots.count - 1)
    }
    return (nil, slot)
  }

  private func hasSurface(_ symbol: UInt32, _ range: Range<Int>) -> Bool {
    guard lengths[Int(symbol)] == range.count else { return false }
    let start = starts[Int(symbol)]
    return text.withUnsafeBytes { bytes in
      bytes.baseAddress.map { memcmp($0 + start, $0 + range.lowerBound, range.count) == 0 } ?? true
    }
  }

  private mutating func fill(_ slot: Int, _ symbol: UInt32) {
    slots[slot] = symbol + 1
    slotsInUse += 1
    guard slotsInUse * 2 > slots.count else { return }
    let old = slots
    slots = [UInt32](repeating: 0, count: old.count * 2)
    for entry in old where entry != 0 {
      var slot = hashes[Int(entry - 1)].slot(count: slots.count)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = entry
    }
  }
}

/// A hash of bytes that those of two parts give without the bytes: Σ (byte + 1) · B^(n−1−i) modulo 2⁶¹ − 1.
struct PolynomialHash: Equatable {
  private static let modulus: UInt64 = (1 << 61) - 1
  private static let base: UInt64 = 0x0BAD_5EED_1CE4_E5B9

  private var value: UInt64 = 0
  /// Bⁿ for n bytes.
  private var power: UInt64 = 1

  init(_ bytes: some Sequence<UInt8>) {
    for byte in bytes {
      value = Self.reduced(Self.product(value, Self.base) + UInt64(byte) + 1)
      power = Self.product(power, Self.base)
    }
  }

  /// The hash of these bytes and then others.
  func followed(by other: PolynomialHash) -> PolynomialHash {
    var result = self
    result.value = Self.reduced(Self.product(value, other.power) + other.value)
    result.power = Self.product(power, other.power)
    return result
  }

  /// A slot of a table with a power of two of them.
  func slot(count: Int) -> Int {
    Int(truncatingIfNeeded: (value &* 0x9E37_79B9_7F4A_7C15) >> 32) & (count - 1)
  }

  private static func product(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let (high, low) = left.multipliedFullWidth(by: right)
    return reduced((low & modulus) + (high << 3 | low >> 61))
  }

  private static func reduced(_ value: UInt64) -> UInt64 {
    value >= modulus ? value - modulus : value
  }
}
