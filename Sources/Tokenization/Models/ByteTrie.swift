/// A set of byte strings with values, walked byte by byte to find those that a text goes on with.
package struct ByteTrie: Sendable {
  /// A place in the trie; the root is 0.
  typealias Node = Int32

  /// Where the children of each node begin; those of the next node follow them. The children of a
  /// node ascend by their bytes.
  private let firstChildren: ConstantTable<Node>
  /// The byte that leads to each node.
  private let bytes: ConstantTable<UInt8>
  /// The value of the string that ends at each node; `none` where none does.
  private let values: ConstantTable<UInt32>
  private static let none = UInt32.max
  /// The children of the root by their bytes, 0 for none: every walk begins there.
  private let roots: ConstantTable<Node>
  /// The length of the longest string.
  let longest: Int

  /// Whether the set is empty.
  package var isEmpty: Bool { longest == 0 }

  /// Empty strings are left out, and the value 2³² − 1 is none; of equal strings the last one counts.
  /// - Complexity: O(n log n) in the total length of the strings.
  package init(_ strings: some Sequence<(text: ArraySlice<UInt8>, value: UInt32)>) {
    let sorted = Self.sorted(strings)
    var firstChildren: [Node] = []
    var bytes: [UInt8] = [0]
    var values = [Self.none]
    var roots = [Node](repeating: 0, count: 256)
    // Breadth first, so that children are neighbours: each node is a range of the sorted strings
    // that agree in their first `depth` bytes.
    var level = [0..<sorted.count]
    var depth = 0
    var position = 0
    while !level.isEmpty {
      var next: [Range<Int>] = []
      for var range in level {
        while let first = range.first, sorted[first].text.count == depth {
          values[position] = sorted[first].value
          range = (first + 1)..<range.upperBound
        }
        firstChildren.append(Node(bytes.count))
        while let first = range.first {
          let byte = Self.byte(sorted[first].text, depth)
          let end =
            range.first { Self.byte(sorted[$0].text, depth) != byte } ?? range.upperBound
          if depth == 0 { roots[Int(byte)] = Node(bytes.count) }
          next.append(first..<end)
          bytes.append(byte)
          values.append(Self.none)
          range = end..<range.upperBound
        }
        position += 1
      }
      level = next
      depth += 1
    }
    firstChildren.append(Node(bytes.count))
    self.firstChildren = ConstantTable(firstChildren)
    self.bytes = ConstantTable(bytes)
    self.values = ConstantTable(values)
    self.roots = ConstantTable(roots)
    longest = depth - 1
  }

  private static func sorted(
    _ strings: some Sequence<(text: ArraySlice<UInt8>, value: UInt32)>
  ) -> [(text: ArraySlice<UInt8>, value: UInt32)] {
    strings.filter { !$0.text.isEmpty }.enumerated().sorted { first, second in
      if first.element.text.elementsEqual(second.element.text) {
        return first.offset < second.offset
      }
      return first.element.text.lexicographicallyPrecedes(second.element.text)
    }.map(\.element)
  }

  private static func byte(_ text: ArraySlice<UInt8>, _ offset: Int) -> UInt8 {
    text[text.startIndex + offset]
  }

  // MARK: Walking

  /// The node that `byte` leads to from `node`; `nil` when no string goes on like that.
  @inline(__always)
  func child(of node: Node, _ byte: UInt8) -> Node? {
    if node == 0 { return roots[Int(byte)] == 0 ? nil : roots[Int(byte)] }
    var low = Int(firstChildren[Int(node)])
    var high = Int(firstChildren[Int(node) + 1])
    while high - low > 8 {
      let middle = (low + high) / 2
      if bytes[middle] <= byte { low = middle } else { high = middle }
    }
    while low < high {
      if bytes[low] == byte { return Node(truncatingIfNeeded: low) }
      low += 1
    }
    return nil
  }

  /// The value of the string that ends at `node`; `nil` when none does.
  @inline(__always)
  func value(at node: Node) -> UInt32? {
    let value = values[Int(node)]
    return value == Self.none ? nil : value
  }

  /// Calls `body` with the end and the value of each string that stands in `text` at `start`, the
  /// shortest first.
  ///
  /// - Complexity: O(length of the longest string that goes on like the text).
  @inline(__always)
  func forEachMatch(
    in text: UnsafeBufferPointer<UInt8>, at start: Int,
    _ body: (_ end: Int, _ value: UInt32) -> Void
  ) {
    var node: Node = 0
    var end = start
    while end < text.count, let next = child(of: node, text[end]) {
      node = next
      end += 1
      if let value = value(at: node) { body(end, value) }
    }
  }

  /// The longest string of the set that stands in `text` at `start`.
  func longestMatch(
    in text: UnsafeBufferPointer<UInt8>, at start: Int
  ) -> (length: Int, value: UInt32)? {
    var longest: (length: Int, value: UInt32)?
    forEachMatch(in: text, at: start) { longest = ($0 - start, $1) }
    return longest
  }

  /// The length of the longest string of the set that stands in `text` at `start`; 0 for none.
  package func longestMatch(in text: [UInt8], at start: Int) -> Int {
    text.withUnsafeBufferPointer { longestMatch(in: $0, at: start)?.length ?? 0 }
  }
}
