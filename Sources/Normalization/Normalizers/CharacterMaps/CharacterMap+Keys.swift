extension CharacterMap {
  /// Whether any sequence of the map has an ASCII byte anywhere but at its beginning.
  ///
  /// Without one, a text can be divided in front of any ASCII character, and its parts are replaced as
  /// the whole is.
  public var joinsASCII: Bool {
    var visited: Set<Int> = []
    // Each node with whether it is the root.
    var pending = [(node: 0, isRoot: true)]
    while let (node, isRoot) = pending.popLast() {
      guard visited.insert(node).inserted else { continue }
      for byte in 1..<256 {
        guard let child = child(of: node, UInt8(byte)) else { continue }
        if !isRoot, byte < 0x80 { return true }
        pending.append((child, false))
      }
    }
    return false
  }
}

extension CharacterMap {
  /// Calls `body` with every sequence of the map and what replaces it.
  package func forEachEntry(_ body: (_ key: [UInt8], _ replacement: ArraySlice<UInt8>) -> Void) {
    var pending: [(node: Int, key: [UInt8])] = [(0, [])]
    while let (node, key) = pending.popLast() {
      if let match = longestMatch(in: key, at: 0), match.length == key.count {
        body(key, match.replacement)
      }
      for byte in 1..<256 {
        guard let child = child(of: node, UInt8(byte)) else { continue }
        pending.append((child, key + [UInt8(byte)]))
      }
    }
  }
}
