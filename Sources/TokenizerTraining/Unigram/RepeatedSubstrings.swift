/// The substrings of a text that occur at least twice and not always before the same symbol: the
/// inner nodes of its suffix tree.
///
/// They are the intervals of the suffix array whose suffixes share a longer prefix than with their
/// neighbours (Abouelhoda, Kurtz and Ohlebusch 2004).
struct RepeatedSubstrings {
  /// One such substring.
  struct Interval {
    /// Its places in the suffix array.
    var range: Range<Int>
    /// Its length in symbols.
    var length: Int
    /// The sum of the weights of its occurrences.
    var weight: Int
  }

  private let order: [Int32]
  private let commonPrefixes: [Int32]

  /// - Parameters:
  ///   - order: the suffix array of `text`.
  ///   - limit: the length at which prefixes are no longer compared. Substrings of that length or
  ///     more are cut to it and then are not exactly nodes.
  /// - Complexity: O(n) time; three numbers per symbol while it works, of which one remains.
  init(text: [Int32], order: [Int32], limit: Int) {
    self.order = order
    commonPrefixes = Self.commonPrefixes(text, order, limit)
  }

  /// The length that each suffix shares with the one before it in the order, at most `limit`.
  ///
  /// In the order of the text that length falls by at most one from a suffix to the next
  /// (Kärkkäinen, Manzini and Puglisi 2009).
  private static func commonPrefixes(_ text: [Int32], _ order: [Int32], _ limit: Int) -> [Int32] {
    var lengths = [Int32](repeating: -1, count: text.count)
    for index in order.indices.dropFirst() { lengths[Int(order[index])] = order[index - 1] }
    var length = 0
    text.withUnsafeBufferPointer { text in
      lengths.withUnsafeMutableBufferPointer { lengths in
        for position in text.indices {
          let other = Int(lengths[position])
          guard other >= 0 else {
            lengths[position] = 0
            length = 0
            continue
          }
          let end = min(limit, text.count - max(position, other))
          while length < end, text[position + length] == text[other + length] { length += 1 }
          lengths[position] = Int32(length)
          length = max(0, length - 1)
        }
      }
    }
    return order.map { lengths[Int($0)] }
  }

  /// Calls `body` with each interval of a positive length, inner ones before those around them.
  ///
  /// - Parameter weight: the weight of the suffix at a place in the suffix array.
  func forEach(weight: (Int) -> Int, _ body: (Interval) -> Void) {
    var open = [(start: 0, length: 0, before: 0)]
    var sum = 0
    for index in 1..<max(1, order.count + 1) {
      var start = index - 1
      var before = sum
      sum += order.isEmpty ? 0 : weight(index - 1)
      let length = index < order.count ? Int(commonPrefixes[index]) : 0
      while let last = open.last, last.length > length {
        open.removeLast()
        (start, before) = (last.start, last.before)
        body(Interval(range: start..<index, length: last.length, weight: sum - before))
      }
      if let last = open.last, last.length < length { open.append((start, length, before)) }
    }
  }
}
