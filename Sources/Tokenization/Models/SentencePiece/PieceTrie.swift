/// A set of byte strings, walked byte by byte to find all of them that a text goes on with.
package struct PieceTrie: Sendable {
  /// A place in the trie; the root is 0.
  typealias Node = Int32

  /// The children of a node stand side by side, ascending by their bytes: from its entry in
  /// `firstChildren` to that of the next node.
  private var firstChildren: [Int32] = []
  /// The byte that leads to each node.
  private var bytes: [UInt8] = [0]
  /// The value of the string that ends at each node; −1 where none does.
  private var values: [Int32] = [-1]
  /// The children of the root by their bytes, 0 for none: every walk begins there.
  private var roots = [Node](repeating: 0, count: 256)

  /// The trie of `strings` with their values; of equal strings the last one counts.
  package init(_ strings: [(text: [UInt8], value: Int32)]) {
    let sorted = strings.enumerated().sorted { first, second in
      if first.element.text.elementsEqual(second.element.text) {
        return first.offset < second.offset
      }
      return first.element.text.lexicographicallyPrecedes(second.element.text)
    }.map(\.element)
    // Breadth first, so that children are neighbours: each node is a range of the sorted strings
    // that agree in their first `depth` bytes.
    var queue: [(strings: Range<Int>, depth: Int)] = [(0..<sorted.count, 0)]
    var position = 0
    while position < queue.count {
      var (range, depth) = queue[position]
      while let first = range.first, sorted[first].text.count == depth {
        values[position] = sorted[first].value
        range = (first + 1)..<range.upperBound
      }
      firstChildren.append(Int32(queue.count))
      while let first = range.first {
        let byte = sorted[first].text[depth]
        let end = range.first { sorted[$0].text[depth] != byte } ?? range.upperBound
        if position == 0 { roots[Int(byte)] = Node(queue.count) }
        queue.append((first..<end, depth + 1))
        bytes.append(byte)
        values.append(-1)
        range = end..<range.upperBound
      }
      position += 1
    }
    firstChildren.append(Int32(queue.count))
  }

  /// Whether the set is empty.
  package var isEmpty: Bool { bytes.count == 1 && values[0] < 0 }

  /// The node that `byte` leads to from `node`; `nil` when no string goes on like that.
  func child(of node: Node, _ byte: UInt8) -> Node? {
    if node == 0 { return roots[Int(byte)] == 0 ? nil : roots[Int(byte)] }
    var low = Int(firstChildren[Int(node)])
    var high = Int(firstChildren[Int(node) + 1])
    while high - low > 8 {
      let middle = (low + high) / 2
      if bytes[middle] <= byte { low = middle } else { high = middle }
    }
    while low < high {
      if bytes[low] == byte { return Node(low) }
      low += 1
    }
    return nil
  }

  /// The value of the string that ends at `node`; `nil` when none does.
  func value(at node: Node) -> Int32? {
    let value = values[Int(node)]
    return value < 0 ? nil : value
  }

  /// The length of the longest string of the set that stands in `text` at `start`; 0 for none.
  package func longestMatch(in text: [UInt8], at start: Int) -> Int {
    text.withUnsafeBufferPointer { longestMatch(in: $0, at: start)?.length ?? 0 }
  }

  /// The longest string of the set that stands in `text` at `start`.
  func longestMatch(
    in text: UnsafeBufferPointer<UInt8>, at start: Int
  ) -> (length: Int, value: Int32)? {
    var node: Node = 0
    var longest: (length: Int, value: Int32)?
    var position = start
    while position < text.count, let next = child(of: node, text[position]) {
      node = next
      position += 1
      if let value = value(at: node) { longest = (position - start, value) }
    }
    return longest
  }
}
