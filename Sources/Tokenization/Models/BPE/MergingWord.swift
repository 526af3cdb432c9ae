/// A word whose neighbouring tokens are being merged.
///
/// Tokens are a doubly linked list in an array, so that a merge moves nothing. Short words look for
/// the lowest rank by scanning; long ones keep candidates in a heap, which bounds the cost of any
/// input at O(n log n); very long ones are merged window by window.
struct MergingWord {
  private struct Symbol {
    var id: TokenID
    /// The bytes that the token stands for; 0 once it has been merged into its left neighbour.
    var length: Int32
    var previous: Int32
    var next: Int32
  }
  private var symbols: [Symbol] = []

  /// Up to this many tokens scanning is faster than a heap.
  static let scanLimit = 48

  init(capacity: Int) { symbols.reserveCapacity(capacity) }

  mutating func append(_ id: TokenID, length: Int) {
    let index = Int32(symbols.count)
    symbols.append(Symbol(id: id, length: Int32(length), previous: index - 1, next: index + 1))
  }

  /// The tokens and their lengths in bytes, from left to right.
  var tokens: some Sequence<(id: TokenID, length: Int)> {
    symbols.lazy.filter { $0.length > 0 }.map { (id: $0.id, length: Int($0.length)) }
  }

  /// Makes every merge that `table` allows, in order of rank and then of position.
  ///
  /// - Parameter leavesMarkFree: whether no token has the id that `SymbolMerging` needs for itself.
  mutating func merge(_ table: PairTable, leavesMarkFree: Bool = false) {
    if symbols.count <= Self.scanLimit {
      mergeByScanning(table)
    } else if leavesMarkFree, symbols.count > SymbolMerging.windowLength {
      mergeByWindows(table)
    } else {
      mergeByHeap(table)
    }
  }

  /// The same result as `SymbolMerging` finds it for more tokens than are scanned.
  mutating func mergeByWindows(
    _ table: PairTable, windowLength: Int = SymbolMerging.windowLength
  ) {
    var merging = SymbolMerging()
    merging.notesStarts = true
    merging.symbols.reserve(symbols.count)
    for symbol in symbols { merging.symbols.append(symbol.id) }
    var merged = RawList<TokenID>()
    merging.merge(table, windowLength: windowLength, into: &merged)
    let old = symbols
    symbols.removeAll(keepingCapacity: true)
    for (index, start) in merging.tokenStarts.elements.enumerated() {
      let end = index + 1 < merged.count ? merging.tokenStarts.elements[index + 1] : old.count
      append(merged.elements[index], length: old[start..<end].reduce(0) { $0 + Int($1.length) })
    }
  }

  // MARK: Scanning

  /// The textbook loop: find the pair of lowest rank, merge it, and look again.
  mutating func mergeByScanning(_ table: PairTable) {
    guard symbols.count > 1 else { return }
    // The rank and result of each token with its right neighbour.
    var candidates = symbols.indices.map { candidate($0, table) }
    while true {
      var best = -1
      var bestRank = Int32.max
      for (index, candidate) in candidates.enumerated() {
        if let candidate, candidate.rank < bestRank { (best, bestRank) = (index, candidate.rank) }
      }
      guard best >= 0, let entry = candidates[best] else { return }
      candidates[Int(symbols[best].next)] = nil
      join(best, as: entry.result)
      candidates[best] = candidate(best, table)
      let previous = Int(symbols[best].previous)
      if previous >= 0 { candidates[previous] = candidate(previous, table) }
    }
  }

  // MARK: Heap

  /// The same result with the candidates in a heap. An entry that a later merge has overtaken is
  /// recognised by its pair no longer standing there.
  mutating func mergeByHeap(_ table: PairTable) {
    var heap = CandidateHeap()
    for index in symbols.indices {
      if let entry = candidate(index, table) { heap.push(entry, at: index) }
    }
    while let (entry, index) = heap.pop() {
      guard symbols[index].length > 0, let current = candidate(index, table),
        current.rank == entry.rank
      else { continue }
      join(index, as: entry.result)
      if let entry = candidate(index, table) { heap.push(entry, at: index) }
      let previous = Int(symbols[index].previous)
      if previous >= 0, let entry = candidate(previous, table) { heap.push(entry, at: previous) }
    }
  }

  // MARK: Steps

  private func candidate(_ index: Int, _ table: PairTable) -> PairTable.Entry? {
    let next = Int(symbols[index].next)
    guard next < symbols.count else { return nil }
    return table[symbols[index].id, symbols[next].id]
  }

  /// Merges the token at `index` with its right neighbour.
  private mutating func join(_ index: Int, as result: TokenID) {
    let right = Int(symbols[index].next)
    symbols[index].id = result
    symbols[index].length += symbols[right].length
    symbols[index].next = symbols[right].next
    symbols[right].length = 0
    let after = Int(symbols[right].next)
    if after < symbols.count { symbols[after].previous = Int32(index) }
  }
}

/// Merge candidates, the lowest rank first and the leftmost first among equals.
private struct CandidateHeap {
  /// Rank and position in one number, in the order in which candidates are taken.
  private var keys: [UInt64] = []
  private var results: [TokenID] = []

  mutating func push(_ entry: PairTable.Entry, at index: Int) {
    keys.append(UInt64(UInt32(bitPattern: entry.rank)) << 32 | UInt64(index))
    results.append(entry.result)
    var child = keys.count - 1
    while child > 0, keys[child] < keys[(child - 1) / 2] {
      swap(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func pop() -> (PairTable.Entry, Int)? {
    guard let key = keys.first, let result = results.first else { return nil }
    swap(0, keys.count - 1)
    keys.removeLast()
    results.removeLast()
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < keys.count && keys[child] < keys[least] {
        least = child
      }
      if least == parent { break }
      swap(parent, least)
      parent = least
    }
    let rank = Int32(bitPattern: UInt32(key >> 32))
    return (PairTable.Entry(rank: rank, result: result), Int(key & 0xFFFF_FFFF))
  }

  private mutating func swap(_ first: Int, _ second: Int) {
    keys.swapAt(first, second)
    results.swapAt(first, second)
  }
}
