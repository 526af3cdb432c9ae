/// A set of byte strings with values, which finds those that a text begins with.
///
/// Nodes are numbered level by level, so that the children of a node are neighbours with ascending
/// labels: a node is one byte and one index.
struct PrefixTrie: Sendable {
  /// The byte that leads to each node.
  private var labels: [UInt8] = [0]
  /// The first child of each node; the next node's entry is where its children end.
  private var firstChildren: [Int32] = []
  /// The value at each node, or `none` where no string ends.
  private var values: [UInt32] = []
  /// The node that each byte leads to from the root, or 0.
  private var roots = [Int32](repeating: 0, count: 256)

  private static let none = UInt32.max

  /// Empty strings are left out, and the value 2³² − 1 is none. Where a string occurs twice, its last value counts.
  ///
  /// - Complexity: O(n log n) in the total length of the strings.
  init(_ strings: some Sequence<(string: ArraySlice<UInt8>, value: UInt32)>) {
    let entries = Self.sorted(strings)
    // What is below each node of a level: a range of the sorted strings.
    var level = [0..<entries.count]
    var depth = 0
    while !level.isEmpty {
      var next: [Range<Int>] = []
      for range in level {
        var start = range.lowerBound
        if start < range.upperBound, entries[start].string.count == depth {
          values.append(entries[start].value)
          start += 1
        } else {
          values.append(Self.none)
        }
        firstChildren.append(Int32(labels.count))
        while start < range.upperBound {
          let label = Self.byte(entries[start].string, depth)
          var end = start + 1
          while end < range.upperBound, Self.byte(entries[end].string, depth) == label { end += 1 }
          if depth == 0 { roots[Int(label)] = Int32(labels.count) }
          labels.append(label)
          next.append(start..<end)
          start = end
        }
      }
      level = next
      depth += 1
    }
    firstChildren.append(Int32(labels.count))
  }

  /// Calls `body` with the length and the value of each string that `text` begins with, the
  /// shortest first.
  ///
  /// - Complexity: O(length of the longest string that begins like the text).
  @inline(__always)
  func forEachPrefix(of text: ArraySlice<UInt8>, _ body: (_ length: Int, _ value: UInt32) -> Void) {
    guard let first = text.first else { return }
    var node = roots[Int(first)]
    var position = text.startIndex
    while node != 0 {
      position += 1
      let value = values[Int(node)]
      if value != Self.none { body(position - text.startIndex, value) }
      guard position < text.endIndex else { return }
      node = child(of: node, text[position])
    }
  }

  /// The longest string that `text` begins with.
  func longestPrefix(of text: ArraySlice<UInt8>) -> (length: Int, value: UInt32)? {
    var longest: (length: Int, value: UInt32)?
    forEachPrefix(of: text) { longest = ($0, $1) }
    return longest
  }

  /// The child that `label` leads to; 0 when there is none.
  @inline(__always)
  private func child(of node: Int32, _ label: UInt8) -> Int32 {
    var low = Int(firstChildren[Int(node)])
    var high = Int(firstChildren[Int(node) + 1])
    while low < high {
      let middle = (low + high) / 2
      if labels[middle] < label { low = middle + 1 } else { high = middle }
    }
    return low < Int(firstChildren[Int(node) + 1]) && labels[low] == label ? Int32(low) : 0
  }

  private static func byte(_ string: ArraySlice<UInt8>, _ offset: Int) -> UInt8 {
    string[string.startIndex + offset]
  }

  private static func sorted(
    _ strings: some Sequence<(string: ArraySlice<UInt8>, value: UInt32)>
  ) -> [(string: ArraySlice<UInt8>, value: UInt32)] {
    var entries = strings.filter { !$0.string.isEmpty }.enumerated().map {
      (order: $0.offset, entry: $0.element)
    }
    entries.sort { left, right in
      if left.entry.string.elementsEqual(right.entry.string) { return left.order < right.order }
      return left.entry.string.lexicographicallyPrecedes(right.entry.string)
    }
    var result: [(string: ArraySlice<UInt8>, value: UInt32)] = []
    for (_, entry) in entries {
      if let last = result.last, last.string.elementsEqual(entry.string) { result.removeLast() }
      result.append(entry)
    }
    return result
  }
}
