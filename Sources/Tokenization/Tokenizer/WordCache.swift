internal import Synchronization

/// The tokens of pieces that have been encoded before.
///
/// Most pieces of a text are words that have occurred already. The cache is bounded: when it is full it
/// is emptied, and long pieces never enter it, so that no input makes it grow. One thread uses it at a
/// time; see `WordCachePool`.
final class WordCache {
  private struct Entry {
    var hash: UInt64
    var key: Range<Int>
    var tokens: Range<Int>
  }
  /// Open addressing with linear probing; an entry's index plus one, or 0 for an empty slot.
  private var slots = [Int32](repeating: 0, count: slotCount)
  private var entries: [Entry] = []
  private var keys: [UInt8] = []
  private var tokens = PieceTokens()

  private static let slotCount = 1 << 16
  private static let maximumEntries = slotCount / 2
  /// Longer pieces hardly ever occur again.
  private static let maximumLength = 48

  /// Appends the tokens of `piece` to `output`.
  ///
  /// - Returns: whether the cache has them.
  func find(_ piece: ArraySlice<UInt8>, into output: inout PieceTokens) -> Bool {
    guard piece.count <= Self.maximumLength else { return false }
    let slot = slot(of: piece, hash: Self.hash(piece))
    guard slots[slot] != 0 else { return false }
    output.append(tokens, entries[Int(slots[slot]) - 1].tokens)
    return true
  }

  /// Keeps the tokens of a piece that the cache does not have.
  func insert(_ piece: ArraySlice<UInt8>, _ pieceTokens: PieceTokens) {
    guard piece.count <= Self.maximumLength else { return }
    if entries.count == Self.maximumEntries { removeAll() }
    let hash = Self.hash(piece)
    let keyStart = keys.count
    keys.append(contentsOf: piece)
    let tokenStart = tokens.ids.count
    tokens.append(pieceTokens, 0..<pieceTokens.ids.count)
    entries.append(
      Entry(hash: hash, key: keyStart..<keys.count, tokens: tokenStart..<tokens.ids.count))
    slots[slot(of: piece, hash: hash)] = Int32(entries.count)
  }

  private func removeAll() {
    for slot in slots.indices { slots[slot] = 0 }
    entries.removeAll(keepingCapacity: true)
    keys.removeAll(keepingCapacity: true)
    tokens.removeAll()
  }

  /// The slot of a piece, or the empty one where it would go.
  private func slot(of piece: ArraySlice<UInt8>, hash: UInt64) -> Int {
    var slot = Int(truncatingIfNeeded: hash) & (Self.slotCount - 1)
    while slots[slot] != 0 {
      let entry = entries[Int(slots[slot]) - 1]
      if entry.hash == hash, keys[entry.key].elementsEqual(piece) { return slot }
      slot = (slot + 1) & (Self.slotCount - 1)
    }
    return slot
  }

  private static func hash(_ piece: ArraySlice<UInt8>) -> UInt64 {
    piece.withUnsafeBytes { bytes in
      var hash = UInt64(truncatingIfNeeded: bytes.count)
      var position = 0
      while position + 8 <= bytes.count {
        hash = mix(hash ^ bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
        position += 8
      }
      var rest: UInt64 = 0
      while position < bytes.count {
        rest = rest << 8 | UInt64(bytes[position])
        position += 1
      }
      return mix(hash ^ rest)
    }
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    let product = (value ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
    return product.high ^ product.low
  }
}

/// Caches for as many threads as use a tokenizer at once.
final class WordCachePool: Sendable {
  private let caches = Mutex<[Lent]>([])

  /// Lends a cache for the time of `body`.
  func withCache<Result, Failure: Error>(
    _ body: (WordCache) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let cache = take()
    defer { give(back: cache) }
    return try body(cache)
  }

  private func take() -> WordCache { caches.withLock { $0.popLast() }?.cache ?? WordCache() }

  private func give(back cache: WordCache) {
    let lent = Lent(cache: cache)
    caches.withLock { $0.append(lent) }
  }

  /// Safe: a cache is either in the pool or lent to one thread.
  private struct Lent: @unchecked Sendable {
    let cache: WordCache
  }
}
