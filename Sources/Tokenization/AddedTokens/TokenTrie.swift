/// A set of byte strings that finds the longest one at a place of a text.
struct TokenTrie: Sendable {
  /// The child of a node by its number and the byte that leads to it.
  private var children: [UInt64: Int32] = [:]
  /// The value at each node; `nil` where no string ends.
  private var values: [TokenID?] = [nil]
  /// Which bytes a string can begin with.
  private var firstBytes = [Bool](repeating: false, count: 256)

  /// Whether the set is empty.
  var isEmpty: Bool { values.count == 1 }

  /// Adds a non-empty string, or gives it a new value.
  mutating func insert(_ string: some Sequence<UInt8>, value: TokenID) {
    var node: Int32 = 0
    for (index, byte) in string.enumerated() {
      if index == 0 { firstBytes[Int(byte)] = true }
      let key = UInt64(UInt32(bitPattern: node)) << 8 | UInt64(byte)
      if let child = children[key] {
        node = child
      } else {
        node = Int32(values.count)
        children[key] = node
        values.append(nil)
      }
    }
    if node != 0 { values[Int(node)] = value }
  }

  /// The first place at or after `start` where a string of the set stands, and the longest one there.
  ///
  /// - Complexity: O(length of the text × length of the longest string) at worst; bytes that begin
  ///   no string cost a table look-up.
  func firstMatch(in bytes: [UInt8], from start: Int) -> (range: Range<Int>, value: TokenID)? {
    for position in start..<max(start, bytes.count) where firstBytes[Int(bytes[position])] {
      if let match = longestMatch(in: bytes, at: position) {
        return (position..<match.end, match.value)
      }
    }
    return nil
  }

  private func longestMatch(in bytes: [UInt8], at start: Int) -> (end: Int, value: TokenID)? {
    var node: Int32 = 0
    var longest: (end: Int, value: TokenID)?
    for position in start..<bytes.count {
      let key = UInt64(UInt32(bitPattern: node)) << 8 | UInt64(bytes[position])
      guard let child = children[key] else { break }
      node = child
      if let value = values[Int(node)] { longest = (position + 1, value) }
    }
    return longest
  }
}
