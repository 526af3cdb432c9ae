internal import Tokenization

/// How often each word of a corpus occurs: what every trainer learns from.
///
/// Words are byte strings, normalized and cut from the text by a tokenizer's own pipeline. They keep
/// the order in which they were first seen, so that the same corpus gives the same counts and the same
/// order whatever the number of threads that read it.
public struct WordCounts: Sendable {
  private struct Entry {
    /// Where the word stands in `bytes`.
    var start: Int
    var length: UInt32
    var hash: UInt32
    var occurrences: Int
  }
  /// The bytes of every word, one after another.
  private var bytes: [UInt8] = []
  private var entries: [Entry] = []
  /// Open addressing with linear probing; an entry's index plus one, or 0 for an empty slot.
  private var slots = [UInt32](repeating: 0, count: 64)
  /// Whether words are plain bytes, which the model spells in GPT-2's byte alphabet. Otherwise they
  /// are well-formed UTF-8.
  public let areBytes: Bool
  /// How many times a word was dropped to stay within a budget; see `dropRarest(toFit:)`.
  public private(set) var droppedWords = 0
  /// How many occurrences the dropped words had.
  public private(set) var droppedOccurrences = 0

  /// No words.
  public init(areBytes: Bool = false) { self.areBytes = areBytes }

  /// The number of different words.
  public var count: Int { entries.count }

  /// The length of all different words together, in bytes.
  public var byteCount: Int { bytes.count }

  /// The bytes of the word at `index`, counted in the order of first occurrence.
  public func word(at index: Int) -> ArraySlice<UInt8> {
    let entry = entries[index]
    return bytes[entry.start..<(entry.start + Int(entry.length))]
  }

  /// How often the word at `index` occurs.
  public func occurrences(at index: Int) -> Int { entries[index].occurrences }

  /// Counts `occurrences` more of `word`.
  public mutating func add(_ word: ArraySlice<UInt8>, occurrences: Int = 1) {
    word.withUnsafeBytes { add($0, occurrences: occurrences) }
  }

  /// Counts `occurrences` more of `word`.
  package mutating func add(_ word: UnsafeRawBufferPointer, occurrences: Int = 1) {
    add(word, hash: UInt32(truncatingIfNeeded: ByteHash.hash(word)), occurrences)
  }

  /// Counts every word of `other`. New words come after those that are here, in the order of `other`.
  public mutating func add(contentsOf other: WordCounts) {
    other.bytes.withUnsafeBytes { bytes in
      for entry in other.entries {
        let word = bytes[entry.start..<(entry.start + Int(entry.length))]
        add(UnsafeRawBufferPointer(rebasing: word), hash: entry.hash, entry.occurrences)
      }
    }
    droppedWords += other.droppedWords
    droppedOccurrences += other.droppedOccurrences
  }

  // MARK: Hashing

  private mutating func add(_ word: UnsafeRawBufferPointer, hash: UInt32, _ occurrences: Int) {
    guard occurrences > 0 else { return }
    var slot = Int(hash) & (slots.count - 1)
    while slots[slot] != 0 {
      let index = Int(slots[slot]) - 1
      if isEntry(index, word, hash) {
        entries[index].occurrences += occurrences
        return
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    entries.append(
      Entry(
        start: bytes.count, length: UInt32(word.count), hash: hash, occurrences: occurrences))
    bytes.append(contentsOf: word)
    slots[slot] = UInt32(entries.count)
    if entries.count * 2 > slots.count { rehash(slotCount: slots.count * 2) }
  }

  @inline(__always)
  private func isEntry(_ index: Int, _ word: UnsafeRawBufferPointer, _ hash: UInt32) -> Bool {
    let entry = entries[index]
    guard entry.hash == hash, Int(entry.length) == word.count else { return false }
    return bytes.withUnsafeBytes { bytes in
      UnsafeRawBufferPointer(rebasing: bytes[entry.start..<(entry.start + word.count)])
        .elementsEqual(word)
    }
  }

  private mutating func rehash(slotCount: Int) {
    slots = [UInt32](repeating: 0, count: slotCount)
    for index in entries.indices {
      var slot = Int(entries[index].hash) & (slotCount - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slotCount - 1) }
      slots[slot] = UInt32(index + 1)
    }
  }

  // MARK: Bounds

  /// What a word needs beside its bytes: an entry, and two to four slots.
  private static let overhead = MemoryLayout<Entry>.stride + 4 * MemoryLayout<UInt32>.stride

  /// Roughly the memory that the counts take, in bytes.
  public var memorySize: Int { bytes.count + entries.count * Self.overhead }

  /// Drops the rarest words when the counts take more than `budget` bytes.
  ///
  /// The words with the fewest occurrences go, all with equally many together, until half the budget
  /// is free. They are counted anew when they occur again, so that what remains is a lower bound; while
  /// nothing has been dropped the counts are exact.
  public mutating func dropRarest(toFit budget: Int) {
    guard memorySize > budget else { return }
    var sizes = [Int](repeating: 0, count: 1 << 16)
    for entry in entries {
      sizes[min(entry.occurrences, sizes.count - 1)] += Int(entry.length) + Self.overhead
    }
    var remaining = memorySize
    var threshold = 0
    while remaining > budget / 2, threshold < sizes.count - 1 {
      remaining -= sizes[threshold]
      threshold += 1
    }
    drop { $0.occurrences < threshold }
  }

  private mutating func drop(where isDropped: (Entry) -> Bool) {
    let old = self
    bytes.removeAll(keepingCapacity: true)
    entries.removeAll(keepingCapacity: true)
    for entry in old.entries {
      if isDropped(entry) {
        droppedWords += 1
        droppedOccurrences += entry.occurrences
        continue
      }
      var kept = entry
      kept.start = bytes.count
      bytes += old.bytes[entry.start..<(entry.start + Int(entry.length))]
      entries.append(kept)
    }
    rehash(slotCount: slots.count)
  }

  /// Forgets everything but keeps the memory.
  package mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    entries.removeAll(keepingCapacity: true)
    for slot in slots.indices { slots[slot] = 0 }
    (droppedWords, droppedOccurrences) = (0, 0)
  }
}
