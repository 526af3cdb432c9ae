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
