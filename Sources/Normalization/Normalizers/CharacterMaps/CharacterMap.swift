/// SentencePiece's compiled character map, which replaces short sequences of characters.
///
/// Its binary form is the length of a double-array trie (Aoe 1989, in the layout of darts-clone) as a
/// little-endian 32-bit number, the trie, and the replacements, each ended by a zero byte. The trie's
/// values are byte offsets into the replacements.
public struct CharacterMap: Sendable {
  private let units: [UInt32]
  private let replacements: [UInt8]
  /// Whether anything that is replaced has a space or a control character behind its first byte.
  public private(set) var hasSpaceInside = false
  /// The ASCII characters that are not replaced where they stand alone, by their value.
  private var keptAlone: [Bool] = []

  /// - Throws: `NormalizationError.badCharacterMap` when the form is not sound: then no text can
  ///   lead a look-up out of the trie or out of the replacements.
  public init(_ bytes: [UInt8]) throws(NormalizationError) {
    guard bytes.count >= 4 else { throw .badCharacterMap("it is shorter than its header") }
    let length = Int(Self.number(in: bytes, at: 0))
    guard length % 4 == 0, length > 0, length <= bytes.count - 4 else {
      throw .badCharacterMap("its trie of \(length) bytes does not fit its \(bytes.count) bytes")
    }
    units = (0..<(length / 4)).map { Self.number(in: bytes, at: 4 + $0 * 4) }
    replacements = Array(bytes[(4 + length)...])
    guard String(validating: replacements, as: UTF8.self) != nil else {
      throw .badCharacterMap("its replacements are not valid UTF-8")
    }
    try validate()
    keptAlone = (0..<0x80).map { replacement(for: [UInt8($0)]) == nil }
  }

  /// Whether an ASCII character stays as it is where it is a grapheme cluster by itself.
  func keepsAlone(_ character: UInt8) -> Bool { keptAlone[Int(character)] }

  private static func number(in bytes: [UInt8], at offset: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32($1 * 8) }
  }

  /// The replacement of the shortest sequence of the map that `text` begins with.
  ///
  /// The reference takes the shortest, and replaces all of `text` by it.
  func replacement(for text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    var node = units[0].offset
    for byte in text {
      guard byte != 0 else { return nil }
      node ^= Int(byte)
      guard node < units.count, units[node].label == UInt32(byte) else { return nil }
      let unit = units[node]
      node ^= unit.offset
      guard node < units.count else { return nil }
      if unit.hasLeaf { return replacement(at: units[node].value) }
    }
    return nil
  }

  /// The longest sequence of the map that stands in `text` at `start`: its length and what replaces
  /// it; `nil` for none. This is what the sentencepiece library itself looks for.
  public func longestMatch(
    in text: [UInt8], at start: Int
  ) -> (length: Int, replacement: ArraySlice<UInt8>)? {
    var node = units[0].offset
    var found: (length: Int, offset: Int)?
    for position in start..<text.count {
      let byte = text[position]
      node ^= Int(byte)
      guard byte != 0, node < units.count, units[node].label == UInt32(byte) else { break }
      let unit = units[node]
      node ^= unit.offset
      guard node < units.count else { break }
      if unit.hasLeaf { found = (position + 1 - start, units[node].value) }
    }
    return found.map { ($0.length, replacement(at: $0.offset)) }
  }

  /// Whether anything that is replaced begins with `text` and goes on, with `next` or with any byte.
  public func continues(_ text: [UInt8], with next: UInt8? = nil) -> Bool {
    var node = units[0].offset
    for byte in text {
      node ^= Int(byte)
      guard byte != 0, node < units.count, units[node].label == UInt32(byte) else { return false }
      node ^= units[node].offset
      guard node < units.count else { return false }
    }
    let candidates = next.map { $0...$0 } ?? 1...0xFF
    return candidates.contains { byte in
      let child = node ^ Int(byte)
      return byte != 0 && child < units.count && units[child].label == UInt32(byte)
    }
  }

  private func replacement(at offset: Int) -> ArraySlice<UInt8> {
    let rest = replacements[min(offset, replacements.count)...]
    return rest.prefix { $0 != 0 }
  }

  /// The node that `byte` leads to from `node`; `nil` when no sequence goes on like that.
  func child(of node: Int, _ byte: UInt8) -> Int? {
    let child = node ^ units[node].offset ^ Int(byte)
    return child < units.count && units[child].label == UInt32(byte) ? child : nil
  }

  // MARK: Validation

  private enum Visit { case none, open, done }

  /// Follows every edge of the trie once.
  ///
  /// Paths may join, since the tries that SentencePiece writes share equal tails; a cycle is refused.
  private mutating func validate() throws(NormalizationError) {
    var visits = [Visit](repeating: .none, count: units.count)
    // The path to the node at hand: each node with the next byte to try.
    var path = [(node: 0, byte: 1)]
    visits[0] = .open
    try validateUnit(0)
    while let (node, byte) = path.last {
      guard byte < 256 else {
        visits[node] = .done
        path.removeLast()
        continue
      }
      path[path.count - 1].byte += 1
      let child = node ^ units[node].offset ^ byte
      guard child < units.count, units[child].label == UInt32(byte) else { continue }
      if node != 0, byte <= 0x20 { hasSpaceInside = true }
      switch visits[child] {
      case .open: throw .badCharacterMap("its trie has a cycle at unit \(child)")
      case .done: continue
      case .none:
        visits[child] = .open
        try validateUnit(child)
        path.append((child, 1))
      }
    }
  }

  private func validateUnit(_ node: Int) throws(NormalizationError) {
    let base = node ^ units[node].offset
    guard base < units.count else { throw .badCharacterMap("unit \(node) leads out of the trie") }
    guard units[node].hasLeaf else { return }
    let value = units[base].value
    guard value <= replacements.count,
      value == replacements.count || !UTF8.isContinuation(replacements[value])
    else { throw .badCharacterMap("unit \(base) points at no replacement") }
  }
}

/// One unit of a darts-clone double array.
extension UInt32 {
  /// Whether a string ends at the node; its value stands where label 0 leads.
  fileprivate var hasLeaf: Bool { self >> 8 & 1 == 1 }
  fileprivate var value: Int { Int(self & 0x7FFF_FFFF) }
  /// The byte that leads to the node. The top bit marks a value, which no byte equals.
  fileprivate var label: UInt32 { self & 0x8000_00FF }
  /// What, combined with the node's own number and a byte by exclusive or, gives its child.
  fileprivate var offset: Int { Int(self >> 10) << Int((self & 1 << 9) >> 6) }
}
