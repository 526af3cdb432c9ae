/// Suffixes of a sequence of symbols in lexicographic order, in linear time.
///
/// Suffix array by induced sorting (SA-IS: Nong, Zhang and Chan 2009, "Linear Suffix Array
/// Construction by Almost Pure Induced-Sorting"). A suffix is of type S when it is smaller than the
/// one that begins a symbol later, otherwise of type L; the leftmost S of each run (LMS) are sorted
/// first, by recursion on their names, and the order of all others follows from theirs.
enum SuffixArray {
  /// The beginnings of the suffixes of `text` in order.
  ///
  /// The text must end with 0, which stands nowhere else in it; all symbols are below `alphabet`.
  ///
  /// - Complexity: O(`text.count` + `alphabet`) time; beside text and result, a bit per symbol and
  ///   the counters of the alphabet, on each level of the recursion.
  static func make(_ text: [Int32], alphabet: Int) -> [Int32] {
    [Int32](unsafeUninitializedCapacity: text.count) { result, count in
      text.withUnsafeBufferPointer { text in
        InducedSorting(text: text, order: result, alphabet: alphabet).run()
      }
      count = text.count
    }
  }
}

/// One level of the recursion.
private struct InducedSorting {
  typealias Symbols = UnsafeBufferPointer<Int32>
  typealias Order = UnsafeMutableBufferPointer<Int32>

  let text: Symbols
  let order: Order
  let sizes: [Int32]
  let types: TypeBits

  init(text: Symbols, order: Order, alphabet: Int) {
    self.text = text
    self.order = order
    var sizes = [Int32](repeating: 0, count: alphabet)
    for symbol in text { sizes[Int(symbol)] += 1 }
    self.sizes = sizes
    types = TypeBits(text)
  }

  func run() {
    guard text.count > 1 else {
      if !text.isEmpty { order[0] = 0 }
      return
    }
    sortLMSSubstrings()
    let lmsCount = collectLMS()
    let names = nameLMSSubstrings(lmsCount)
    orderLMSSuffixes(lmsCount, names: names)
    placeLMSSuffixes(lmsCount)
    induce()
  }

  /// The first place of each symbol's bucket, or the place after its last.
  private func bucketBounds(ends: Bool) -> [Int32] {
    var sum: Int32 = 0
    return sizes.map { size in
      sum += size
      return ends ? sum : sum - size
    }
  }

  /// Puts the LMS suffixes into their buckets in any order and sorts them as far as the next LMS.
  private func sortLMSSubstrings() {
    order.update(repeating: -1)
    var ends = bucketBounds(ends: true)
    for position in 1..<text.count where types.isLMS(position) {
      let symbol = Int(text[position])
      ends[symbol] -= 1
      order[Int(ends[symbol])] = Int32(position)
    }
    induce()
  }

  /// Fills in the L suffixes from left to right, then the S suffixes from right to left.
  private func induce() {
    var starts = bucketBounds(ends: false)
    starts.withUnsafeMutableBufferPointer { starts in
      for index in order.indices {
        let position = Int(order[index]) - 1
        guard position >= 0, !types.isS(position) else { continue }
        let symbol = Int(text[position])
        order[Int(starts[symbol])] = Int32(position)
        starts[symbol] += 1
      }
    }
    var ends = bucketBounds(ends: true)
    ends.withUnsafeMutableBufferPointer { ends in
      for index in order.indices.reversed() {
        let position = Int(order[index]) - 1
        guard position >= 0, types.isS(position) else { continue }
        let symbol = Int(text[position])
        ends[symbol] -= 1
        order[Int(ends[symbol])] = Int32(position)
      }
    }
  }

  /// Moves the LMS suffixes to the front, in the order at hand, and counts them.
  private func collectLMS() -> Int {
    var count = 0
    for index in order.indices where types.isLMS(Int(order[index])) {
      order[count] = order[index]
      count += 1
    }
    return count
  }

  /// Gives equal LMS substrings equal names, ascending, and leaves the names at the end of `order`
  /// in the order of the text. Returns how many names there are.
  private func nameLMSSubstrings(_ count: Int) -> Int {
    order[count...].update(repeating: -1)
    var name = -1
    var previous = -1
    for index in 0..<count {
      let position = Int(order[index])
      if previous < 0 || !equalLMSSubstrings(previous, position) { name += 1 }
      // No two LMS are neighbours, so that half their positions are different places.
      order[count + position / 2] = Int32(name)
      previous = position
    }
    var end = order.count
    for index in stride(from: order.count - 1, through: count, by: -1) where order[index] >= 0 {
      end -= 1
      order[end] = order[index]
    }
    return name + 1
  }

  private func equalLMSSubstrings(_ first: Int, _ second: Int) -> Bool {
    var offset = 0
    while true {
      let left = first + offset
      let right = second + offset
      // The end marker is like nothing else.
      guard text[left] == text[right], left < text.count - 1, right < text.count - 1 else {
        return false
      }
      if offset > 0 {
        let (leftEnds, rightEnds) = (types.isLMS(left), types.isLMS(right))
        if leftEnds || rightEnds { return leftEnds && rightEnds }
      }
      offset += 1
    }
  }

  /// Sorts the LMS suffixes: by their names where those differ, else by recursion on the names.
  private func orderLMSSuffixes(_ count: Int, names: Int) {
    let reduced = Order(rebasing: order[(order.count - count)...])
    let sorted = Order(rebasing: order[..<count])
    if names < count {
      InducedSorting(text: Symbols(reduced), order: sorted, alphabet: names).run()
    } else {
      for index in 0..<count { sorted[Int(reduced[index])] = Int32(index) }
    }
    // The names are no longer needed: their place takes the positions that they stand for.
    var next = 0
    for position in 1..<text.count where types.isLMS(position) {
      reduced[next] = Int32(position)
      next += 1
    }
    for index in 0..<count { sorted[index] = reduced[Int(sorted[index])] }
  }

  /// Moves the sorted LMS suffixes from the front to the ends of their buckets.
  private func placeLMSSuffixes(_ count: Int) {
    order[count...].update(repeating: -1)
    var ends = bucketBounds(ends: true)
    for index in (0..<count).reversed() {
      let position = order[index]
      order[index] = -1
      let symbol = Int(text[Int(position)])
      ends[symbol] -= 1
      order[Int(ends[symbol])] = position
    }
  }
}

/// A bit for each suffix that is of type S.
private struct TypeBits {
  private let words: [UInt64]

  init(_ text: UnsafeBufferPointer<Int32>) {
    var words = [UInt64](repeating: 0, count: text.count / 64 + 1)
    var next = true
    for position in text.indices.reversed() {
      if position + 1 < text.count, text[position] != text[position + 1] {
        next = text[position] < text[position + 1]
      }
      if next { words[position / 64] |= 1 << UInt64(position % 64) }
    }
    self.words = words
  }

  func isS(_ position: Int) -> Bool {
    words.withUnsafeBufferPointer { $0[position >> 6] >> UInt64(position & 63) & 1 != 0 }
  }

  func isLMS(_ position: Int) -> Bool {
    position > 0 && isS(position) && !isS(position - 1)
  }
}
