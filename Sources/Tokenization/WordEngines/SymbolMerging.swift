/// The merging of a list of symbols, without an allocation for each word.
///
/// It makes the same merges as `MergingWord`, in order of rank and then of position, in three ways:
/// - short words scan for the lowest rank;
/// - longer ones keep candidates in a heap;
/// - very long ones are merged window by window, which keeps the work in the nearest cache and
///   proportional to the length.
///
/// Windows are exact by this: tokens are the result of merging a text if, and only if, every two
/// neighbours are the result of merging the two alone. For no merge ever crosses the final boundaries, so
/// that the merges on both sides of one are chosen as if they were alone; and a first merge across a
/// boundary would have been made by the two alone as well. So what is kept of one window and what begins
/// the next need only agree where they meet.
struct SymbolMerging: ~Copyable {
  /// What is to be merged.
  var symbols = RawList<TokenID>(capacity: 64)
  /// For scanning: the merge of each symbol with its right neighbour, in the form of `PairTable.key`.
  private var keys = RawList<UInt64>(capacity: 64)
  // For the heap: a token stands at its first symbol; its neighbours are linked.
  private var ids = RawList<TokenID>()
  private var next = RawList<Int32>()
  private var previous = RawList<Int32>()
  private var heap = RawList<UInt64>()
  /// Where the tokens of a window begin.
  private var starts = RawList<Int32>()
  /// Whether to note where the tokens of a list that is merged window by window begin.
  var notesStarts = false
  /// By which symbols those tokens begin.
  private(set) var tokenStarts = RawList<Int>()

  /// Up to this many symbols scanning is faster than a heap.
  static let scanLimit = 40
  /// How many symbols a window has.
  static let windowLength = 4096
  /// How many tokens at the end of a window are left to the next: what follows may change them.
  private static let overlap = 8

  /// Appends the tokens that the symbols merge into.
  @inline(__always)
  mutating func merge(
    _ table: PairTable, windowLength: Int = windowLength, into output: inout RawList<TokenID>
  ) {
    if symbols.count <= Self.scanLimit {
      scan(table)
      output.append(contentsOf: UnsafeBufferPointer(symbols.elements))
    } else {
      mergeWindows(table, windowLength, into: &output)
    }
  }

  // MARK: Scanning

  private mutating func scan(_ table: PairTable) {
    guard symbols.count > 1 else { return }
    keys.reserve(symbols.count)
    let (ids, keys) = (symbols.base, keys.base)
    var last = symbols.count - 1
    for index in 0..<last { keys[index] = table.key(ids[index], ids[index + 1]) }
    while last > 0 {
      var best = 0
      var key = keys[0]
      for index in 1..<max(last, 1) where keys[index] >> 32 < key >> 32 {
        (best, key) = (index, keys[index])
      }
      guard key != PairTable.noMerge else { break }
      ids[best] = TokenID(truncatingIfNeeded: key)
      for index in (best + 1)..<max(last, best + 1) {
        ids[index] = ids[index + 1]
        keys[index] = keys[index + 1]
      }
      last -= 1
      // The key of the merged pair itself was at `best`; the pairs on both sides are new.
      if best < last { keys[best] = table.key(ids[best], ids[best + 1]) }
      if best > 0 { keys[best - 1] = table.key(ids[best - 1], ids[best]) }
    }
    symbols.count = last + 1
  }

  // MARK: Windows

  private mutating func mergeWindows(
    _ table: PairTable, _ windowLength: Int, into output: inout RawList<TokenID>
  ) {
    /// A window whose tokens have been put out, and what was there before it.
    struct Window {
      var start: Int
      var length: Int
      var outputCount: Int
      var lastStart: Int?
    }
    var windows: [Window] = []
    let firstOutput = output.count
    tokenStarts.removeAll()
    var window = Window(
      start: 0, length: windowLength, outputCount: output.count, lastStart: nil)
    /// What the window before began with where this one begins.
    var expected: TokenID?
    while true {
      let end = min(symbols.count, window.start + window.length)
      mergeByHeap(window.start..<end, table)
      if let lastStart = window.lastStart, ids.base[0] != expected {
        let firstEnd = window.start + Int(next.base[0])
        guard isBoundary(window.start, between: lastStart, and: firstEnd, table) else {
          // What was kept was too much: back to the window before, which is made longer. It keeps
          // its new length, so that going back comes to an end.
          window = windows.removeLast()
          window.length *= 2
          output.count = window.outputCount
          if notesStarts { tokenStarts.count = output.count - firstOutput }
          expected = nil
          continue
        }
        mergeByHeap(window.start..<end, table)
      }
      findStarts()
      let isLast = end == symbols.count
      let kept = isLast ? starts.count : starts.count - Self.overlap
      guard kept > 0 else {
        window.length *= 2
        continue
      }
      output.reserve(kept)
      for index in 0..<kept { output.append(ids.base[Int(starts.base[index])]) }
      if notesStarts {
        tokenStarts.reserve(kept)
        for index in 0..<kept { tokenStarts.append(window.start + Int(starts.base[index])) }
      }
      if isLast { return }
      windows.append(window)
      let cut = Int(starts.base[kept])
      expected = ids.base[cut]
      window = Window(
        start: window.start + cut, length: windowLength, outputCount: output.count,
        lastStart: window.start + Int(starts.base[kept - 1]))
    }
  }

  private mutating func findStarts() {
    starts.removeAll()
    starts.reserve(ids.count)
    var index = 0
    while index < ids.count {
      starts.append(Int32(truncatingIfNeeded: index))
      index = Int(next.base[index])
    }
  }

  /// Whether the symbols from `start` to `end` merge into exactly two tokens that meet at `boundary`.
  private mutating func isBoundary(
    _ boundary: Int, between start: Int, and end: Int, _ table: PairTable
  ) -> Bool {
    mergeByHeap(start..<end, table)
    let middle = Int(next.base[0])
    return middle == boundary - start && middle < ids.count && Int(next.base[middle]) == ids.count
  }

  // MARK: Heap

  /// Merges a part of the symbols; the tokens are then linked from index 0 on.
  private mutating func mergeByHeap(_ range: Range<Int>, _ table: PairTable) {
    let count = range.count
    ids.removeAll()
    ids.append(
      contentsOf: UnsafeBufferPointer(rebasing: UnsafeBufferPointer(symbols.elements)[range]))
    next.removeAll()
    next.reserve(count)
    previous.removeAll()
    previous.reserve(count)
    heap.removeAll()
    heap.reserve(count)
    for index in 0..<count {
      next.append(Int32(truncatingIfNeeded: index + 1))
      previous.append(Int32(truncatingIfNeeded: index - 1))
    }
    for index in 0..<count { pushMerge(at: index, count, table) }
    while let key = pop() {
      let index = Int(key & 0xFFFF_FFFF)
      // A merge has overtaken an entry whose pair no longer stands there.
      guard ids.base[index] != Self.merged else { continue }
      let right = Int(next.base[index])
      guard right < count else { continue }
      let current = table.key(ids.base[index], ids.base[right])
      guard current != PairTable.noMerge, current >> 32 == key >> 32 else { continue }
      ids.base[index] = TokenID(truncatingIfNeeded: current)
      ids.base[right] = Self.merged
      let after = next.base[right]
      next.base[index] = after
      if Int(after) < count { previous.base[Int(after)] = Int32(truncatingIfNeeded: index) }
      pushMerge(at: index, count, table)
      if previous.base[index] >= 0 { pushMerge(at: Int(previous.base[index]), count, table) }
    }
  }

  /// The mark of a symbol that has been merged into its left neighbour, which is no token's id here.
  static let merged = TokenID.max

  @inline(__always)
  private mutating func pushMerge(at index: Int, _ count: Int, _ table: PairTable) {
    let right = Int(next.base[index])
    guard right < count else { return }
    let key = table.key(ids.base[index], ids.base[right])
    guard key != PairTable.noMerge else { return }
    // The rank above the position: the lowest first, the leftmost among equals.
    push(key & ~0xFFFF_FFFF | UInt64(truncatingIfNeeded: index))
  }

  @inline(__always)
  private mutating func push(_ key: UInt64) {
    heap.append(key)
    let keys = heap.base
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard key < keys[parent] else { break }
      keys[child] = keys[parent]
      child = parent
    }
    keys[child] = key
  }

  @inline(__always)
  private mutating func pop() -> UInt64? {
    guard heap.count > 0 else { return nil }
    let keys = heap.base
    let top = keys[0]
    heap.count -= 1
    let count = heap.count
    let key = keys[count]
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < count else { break }
      if child + 1 < count, keys[child + 1] < keys[child] { child += 1 }
      guard keys[child] < key else { break }
      keys[parent] = keys[child]
      parent = child
    }
    keys[parent] = key
    return top
  }

  /// Gives memory back that a very long word needed.
  mutating func shrink() {
    symbols.shrink(to: 1 << 20)
    let limit = 1 << 16
    ids.shrink(to: limit)
    next.shrink(to: limit)
    previous.shrink(to: limit)
    heap.shrink(to: limit)
    starts.shrink(to: limit)
    tokenStarts.shrink(to: limit)
  }
}
