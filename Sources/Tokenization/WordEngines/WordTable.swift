/// The tokens of words that have been encoded before.
///
/// Most words of a text have occurred already. The table is bounded: when it is full it is emptied, and
/// long words never enter it, so that no input makes it grow beyond a few megabytes. One thread uses
/// it at a time; see `ScratchPool`.
struct WordTable: ~Copyable {
  /// A word and up to three of its tokens in half a cache line.
  struct Slot: BitwiseCopyable {
    // A word of up to 15 bytes is in the slot itself, filled up with zeros, its length in the last byte. Of a
    // longer one the slot has a hash, and its place and length in `longWords`.
    var low: UInt64 = 0
    var high: UInt64 = 0
    // Beyond three tokens, the first is their place in `longTokens`.
    var first: UInt32 = 0
    var second: UInt32 = 0
    var third: UInt32 = 0
    var count: UInt32 = 0
  }

  /// A word as the table looks it up.
  struct Key {
    var low: UInt64
    var high: UInt64
  }

  private var slots: UnsafeMutablePointer<Slot>
  private var mask: Int
  private(set) var wordCount = 0
  private var longWords = RawList<UInt8>()
  private var longTokens = RawList<TokenID>()
  private let slotLimit: Int

  /// Words of more bytes hardly ever occur again.
  static let maximumLength = 64
  private static let inlineLength = 15
  private static let longMark: UInt64 = 0xFF << 56
  private static let arenaLimit = 1 << 21

  /// - Parameter slotLimit: how large the table grows, a power of two.
  init(slotLimit: Int = 1 << 17) {
    self.slotLimit = slotLimit
    let count = min(1 << 12, slotLimit)
    slots = .allocate(capacity: count)
    slots.update(repeating: Slot(), count: count)
    mask = count - 1
  }

  deinit { slots.deallocate() }

  // MARK: Looking up

  /// The key of the word from `start` to `end`, which has at most `maximumLength` bytes.
  @inline(__always)
  static func key(_ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Key {
    let length = end - start
    guard length <= inlineLength else { return longKey(text, start, end) }
    // Safe: 16 bytes are read only where the text has them.
    guard start + 16 <= text.count, let base = text.baseAddress else {
      return lastKey(text, start, end)
    }
    let word = UnsafeRawPointer(base + start)
    let bits = UInt64(length * 8)
    let low = word.loadUnaligned(as: UInt64.self)
    let high = word.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    // A shift by 64 or more gives 0, and less one all ones.
    let lowMask = (1 << bits) &- 1 as UInt64
    let highMask = (1 << (bits > 64 ? bits - 64 : 0)) &- 1 as UInt64
    return Key(low: low & lowMask, high: high & highMask | UInt64(length) << 56)
  }

  /// The key of a word that has other tokens with each of several variants; 0 is none of them.
  @inline(__always)
  static func key(
    _ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int, variant: UInt16
  ) -> Key {
    // The last two bytes before the length are free in the keys of shorter and of longer words.
    let isInline = end - start <= inlineLength - 2
    var key = isInline ? key(text, start, end) : longKey(text, start, end)
    key.high |= UInt64(variant) << 40
    return key
  }

  /// The key of a word near the end of the text.
  @inline(never)
  private static func lastKey(
    _ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int
  ) -> Key {
    var key = Key(low: 0, high: UInt64(end - start) << 56)
    for index in start..<end {
      let shift = UInt64((index - start) % 8 * 8)
      if index - start < 8 {
        key.low |= UInt64(text[index]) << shift
      } else {
        key.high |= UInt64(text[index]) << shift
      }
    }
    return key
  }

  @inline(never)
  private static func longKey(
    _ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int
  ) -> Key {
    let word = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: text[start..<end]))
    return Key(low: ByteHash.hash(word), high: longMark | UInt64(end - start) << 32)
  }

  @inline(__always)
  private static func hash(_ key: Key) -> Int {
    let product = (key.low ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(
      by: key.high ^ 0xA076_1D64_78BD_642F)
    return Int(truncatingIfNeeded: product.high ^ product.low)
  }

  /// Appends the tokens of a word to `output`.
  ///
  /// - Returns: whether the table has them.
  @inline(__always)
  func find(
    _ key: Key, _ text: UnsafeBufferPointer<UInt8>, _ start: Int,
    into output: inout RawList<TokenID>
  ) -> Bool {
    if key.high >= Self.longMark { return findLong(key, text, start, into: &output) }
    var index = Self.hash(key) & mask
    while true {
      let slot = slots + index
      if slot.pointee.high == key.high, slot.pointee.low == key.low {
        append(slot.pointee, to: &output)
        return true
      }
      if slot.pointee.high == 0 { return false }
      index = (index + 1) & mask
    }
  }

  @inline(__always)
  private func append(_ slot: Slot, to output: inout RawList<TokenID>) {
    if slot.count <= 3 {
      // All three are written, whatever the count: it costs less than to choose.
      output.reserve(3)
      let target = output.base + output.count
      target[0] = slot.first
      target[1] = slot.second
      target[2] = slot.third
      output.count += Int(slot.count)
    } else {
      output.append(
        contentsOf: UnsafeBufferPointer(
          start: longTokens.base + Int(slot.first), count: Int(slot.count)))
    }
  }

  @inline(never)
  private func findLong(
    _ key: Key, _ text: UnsafeBufferPointer<UInt8>, _ start: Int,
    into output: inout RawList<TokenID>
  ) -> Bool {
    var index = Int(truncatingIfNeeded: key.low) & mask
    while slots[index].high != 0 {
      let slot = slots[index]
      if slot.low == key.low, slot.high & ~0xFFFF_FFFF == key.high, let base = text.baseAddress {
        let word = longWords.base + Int(slot.high & 0xFFFF_FFFF)
        let length = Int(key.high >> 32 & 0xFF)
        if UnsafeRawBufferPointer(start: word, count: length).elementsEqual(
          UnsafeRawBufferPointer(start: base + start, count: length))
        {
          append(slot, to: &output)
          return true
        }
      }
      index = (index + 1) & mask
    }
    return false
  }

  // MARK: Keeping

  /// Keeps the tokens of a word that the table does not have.
  mutating func insert(
    _ key: Key, _ text: UnsafeBufferPointer<UInt8>, _ start: Int,
    _ tokens: UnsafeBufferPointer<TokenID>
  ) {
    if wordCount * 4 >= (mask + 1) * 3 { makeRoom() }
    if longWords.count > Self.arenaLimit || longTokens.count > Self.arenaLimit { removeAll() }
    var slot = Slot(low: key.low, high: key.high, count: UInt32(tokens.count))
    if key.high >= Self.longMark {
      slot.high |= UInt64(longWords.count)
      longWords.append(
        contentsOf: UnsafeBufferPointer(
          rebasing: text[start..<(start + Int(key.high >> 32 & 0xFF))]))
    }
    if tokens.count <= 3 {
      if tokens.count > 0 { slot.first = tokens[0] }
      if tokens.count > 1 { slot.second = tokens[1] }
      if tokens.count > 2 { slot.third = tokens[2] }
    } else {
      slot.first = UInt32(longTokens.count)
      longTokens.append(contentsOf: tokens)
    }
    put(slot)
    wordCount += 1
  }

  private func put(_ slot: Slot) {
    var index = Self.home(slot) & mask
    while slots[index].high != 0 { index = (index + 1) & mask }
    slots[index] = slot
  }

  private static func home(_ slot: Slot) -> Int {
    slot.high >= longMark
      ? Int(truncatingIfNeeded: slot.low) : hash(Key(low: slot.low, high: slot.high))
  }

  /// Doubles the table, or empties it when it is as large as it may be.
  private mutating func makeRoom() {
    guard mask + 1 < slotLimit else { return removeAll() }
    let (old, oldCount) = (slots, mask + 1)
    let newCount = oldCount * 4 <= slotLimit ? oldCount * 4 : slotLimit
    slots = .allocate(capacity: newCount)
    slots.update(repeating: Slot(), count: newCount)
    mask = newCount - 1
    for index in 0..<oldCount where old[index].high != 0 { put(old[index]) }
    old.deallocate()
  }

  mutating func removeAll() {
    slots.update(repeating: Slot(), count: mask + 1)
    wordCount = 0
    longWords.removeAll()
    longTokens.removeAll()
  }
}
