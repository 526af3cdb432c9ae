/// The number of a token in its vocabulary.
public typealias TokenID = UInt32

/// The tokens of a model and their ids.
///
/// Tokens are byte strings: two spellings that a person reads as the same text are two tokens. All
/// tokens live in one arena with a hash table over it. Ids may have gaps and may be arbitrarily large.
public struct Vocabulary: Sendable {
  private let storage: Storage

  private final class Storage: Sendable {
    let arena: [UInt8]
    /// The arena offset of each entry, and of the end.
    let starts: [UInt32]
    let ids: [TokenID]
    /// Open addressing with linear probing; an entry's index plus one, or 0 for an empty slot.
    let slots: [UInt32]
    let entriesByID: EntryIndex
    let maximumID: TokenID?

    init(arena: [UInt8], starts: [UInt32], ids: [TokenID], slots: [UInt32]) {
      self.arena = arena
      self.starts = starts
      self.ids = ids
      self.slots = slots
      maximumID = ids.max()
      entriesByID = EntryIndex(ids)
    }
  }

  /// From id to entry: an array where ids are dense, so that a stray huge id allocates nothing.
  private enum EntryIndex: Sendable {
    case dense([Int32])
    case sparse([TokenID: Int32])

    init(_ ids: [TokenID]) {
      let maximum = Int(ids.max() ?? 0)
      if maximum <= 4 * ids.count + 1024 {
        var entries = [Int32](repeating: -1, count: maximum + 1)
        for (entry, id) in ids.enumerated() { entries[Int(id)] = Int32(entry) }
        self = .dense(entries)
      } else {
        var entries: [TokenID: Int32] = [:]
        for (entry, id) in ids.enumerated() { entries[id] = Int32(entry) }
        self = .sparse(entries)
      }
    }

    subscript(id: TokenID) -> Int? {
      switch self {
      case .dense(let entries):
        guard id < entries.count, entries[Int(id)] >= 0 else { return nil }
        return Int(entries[Int(id)])
      case .sparse(let entries): return entries[id].map(Int.init)
      }
    }
  }

  /// A vocabulary of `tokens`. Where a token occurs twice, its last id counts, as in a JSON object.
  public init(_ tokens: some Sequence<(token: [UInt8], id: TokenID)>) {
    var builder = Builder()
    for (token, id) in tokens { builder.add(token, id: id) }
    self = builder.vocabulary()
  }

  private init(storage: Storage) { self.storage = storage }

  /// The number of different tokens.
  public var count: Int { storage.ids.count }

  /// The largest id; `nil` when there are no tokens.
  public var maximumID: TokenID? { storage.maximumID }

  /// The id of `token`; `nil` when it is not in the vocabulary.
  ///
  /// - Complexity: O(length of the token).
  public func id(of token: some Collection<UInt8>) -> TokenID? {
    token.withContiguousBytes { id(of: $0) }
  }

  /// The same for bytes that lie in one piece, as in every hot loop.
  public func id(of token: UnsafeRawBufferPointer) -> TokenID? {
    Self.find(token, storage.slots, storage.arena, storage.starts).map { storage.ids[$0] }
  }

  /// The same for bytes in an array.
  public func id(of token: [UInt8]) -> TokenID? { token.withUnsafeBytes { id(of: $0) } }

  /// The same for a part of an array.
  public func id(of token: ArraySlice<UInt8>) -> TokenID? { token.withUnsafeBytes { id(of: $0) } }

  /// The bytes of the token with `id`; `nil` for an id that no token has.
  public func token(_ id: TokenID) -> ArraySlice<UInt8>? {
    storage.entriesByID[id].map(bytes(ofEntry:))
  }

  /// All tokens with their ids, in the order in which they were given.
  public var entries: Entries { Entries(vocabulary: self) }

  /// The tokens of a vocabulary with their ids.
  public struct Entries: Sequence, IteratorProtocol {
    fileprivate let vocabulary: Vocabulary
    private var entry = 0

    fileprivate init(vocabulary: Vocabulary) { self.vocabulary = vocabulary }

    public var underestimatedCount: Int { vocabulary.count - entry }

    public mutating func next() -> (token: ArraySlice<UInt8>, id: TokenID)? {
      guard entry < vocabulary.count else { return nil }
      defer { entry += 1 }
      return (token: vocabulary.bytes(ofEntry: entry), id: vocabulary.storage.ids[entry])
    }
  }

  private func bytes(ofEntry entry: Int) -> ArraySlice<UInt8> {
    storage.arena[Int(storage.starts[entry])..<Int(storage.starts[entry + 1])]
  }

  // MARK: Hashing

  private static func hash(_ token: UnsafeRawBufferPointer) -> Int {
    Int(truncatingIfNeeded: ByteHash.hash(token) >> 1)
  }

  private static func find(
    _ token: UnsafeRawBufferPointer, _ slots: [UInt32], _ arena: [UInt8], _ starts: [UInt32]
  ) -> Int? {
    guard !slots.isEmpty else { return nil }
    return arena.withUnsafeBytes { arena in
      var slot = hash(token) & (slots.count - 1)
      while slots[slot] != 0 {
        let entry = Int(slots[slot]) - 1
        let range = Int(starts[entry])..<Int(starts[entry + 1])
        if range.count == token.count,
          ByteHash.areEqual(UnsafeRawBufferPointer(rebasing: arena[range]), token)
        {
          return entry
        }
        slot = (slot + 1) & (slots.count - 1)
      }
      return nil
    }
  }

  /// A vocabulary while it is being filled.
  public struct Builder {
    private var arena: [UInt8] = []
    private var starts: [UInt32] = [0]
    private var ids: [TokenID] = []
    private var slots: [UInt32]

    /// An empty vocabulary.
    ///
    /// - Parameter minimumCapacity: how many tokens there is room for at once.
    public init(minimumCapacity: Int = 0) {
      var slotCount = 1024
      while slotCount < minimumCapacity * 2 { slotCount *= 2 }
      slots = [UInt32](repeating: 0, count: slotCount)
      starts.reserveCapacity(minimumCapacity + 1)
      ids.reserveCapacity(minimumCapacity)
      arena.reserveCapacity(minimumCapacity * 8)
    }

    /// Adds `token`, or gives it a new id when it is there already.
    ///
    /// - Returns: the id that the token had before.
    @discardableResult
    public mutating func add(_ token: some Collection<UInt8>, id: TokenID) -> TokenID? {
      token.withContiguousBytes { add($0, id: id) }
    }

    /// The same for bytes that lie in one piece.
    @discardableResult
    public mutating func add(_ token: UnsafeRawBufferPointer, id: TokenID) -> TokenID? {
      if let entry = Vocabulary.find(token, slots, arena, starts) {
        defer { ids[entry] = id }
        return ids[entry]
      }
      arena.append(contentsOf: token)
      starts.append(UInt32(arena.count))
      ids.append(id)
      if ids.count * 2 > slots.count {
        rehash(slotCount: slots.count * 2)
      } else {
        insert(ids.count - 1, hash: Vocabulary.hash(token))
      }
      return nil
    }

    /// The same for bytes in an array.
    @discardableResult
    public mutating func add(_ token: [UInt8], id: TokenID) -> TokenID? {
      token.withUnsafeBytes { add($0, id: id) }
    }

    /// The finished vocabulary.
    public consuming func vocabulary() -> Vocabulary {
      Vocabulary(storage: Storage(arena: arena, starts: starts, ids: ids, slots: slots))
    }

    private mutating func rehash(slotCount: Int) {
      slots = [UInt32](repeating: 0, count: slotCount)
      for entry in ids.indices {
        let range = Int(starts[entry])..<Int(starts[entry + 1])
        insert(entry, hash: arena.withUnsafeBytes { Vocabulary.hash(.init(rebasing: $0[range])) })
      }
    }

    private mutating func insert(_ entry: Int, hash: Int) {
      var slot = hash & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = UInt32(entry + 1)
    }
  }
}

extension Collection<UInt8> {
  /// Calls `body` with the bytes in one piece, copied only where they do not lie so already.
  fileprivate func withContiguousBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result
  {
    withContiguousStorageIfAvailable { body(UnsafeRawBufferPointer($0)) }
      ?? Array(self).withUnsafeBytes(body)
  }
}

extension Vocabulary: Equatable {
  /// Whether the two have the same tokens with the same ids, in whatever order.
  public static func == (left: Vocabulary, right: Vocabulary) -> Bool {
    left.count == right.count && left.entries.allSatisfy { right.id(of: $0.token) == $0.id }
  }
}
