/// SentencePiece's compiled character map: which sequences of bytes a text is searched for, and
/// what replaces each.
///
/// The binary form is a little-endian byte count, a double-array trie of that size
/// (darts-clone's: each unit 32 bits of offset, label and leaf flag), and the replacements, each
/// ended by a zero byte. Every index is checked, so that a damaged trie finds too little but
/// nothing outside the map.
struct CharacterMap: Sendable {
  private let units: [UInt32]
  private let replacements: [UInt8]

  /// - Throws: `TokenizerError.invalidModel` when the sizes do not fit.
  init(_ bytes: [UInt8]) throws(TokenizerError) {
    guard bytes.count > 4 else { throw .invalidModel("the character map is cut off") }
    let size = Int(Self.word(bytes, at: 0))
    guard size < bytes.count, size + 4 <= bytes.count, size % 4 == 0 else {
      throw .invalidModel("the trie of the character map is larger than the map")
    }
    units = stride(from: 4, to: 4 + size, by: 4).map { Self.word(bytes, at: $0) }
    replacements = Array(bytes[(4 + size)...])
  }

  private static func word(_ bytes: [UInt8], at offset: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
  }

  /// The longest sequence of the map that stands in `text` at `start`: its length and what replaces
  /// it; `nil` for none.
  func longestMatch(in text: [UInt8], at start: Int) -> (
    length: Int, replacement: ArraySlice<UInt8>
  )? {
    guard let root = units.first else { return nil }
    var node = Self.offset(root)
    var found: (length: Int, value: Int)?
    for position in start..<text.count {
      let byte = text[position]
      node ^= Int(byte)
      guard node < units.count else { break }
      let unit = units[node]
      guard unit & 0x8000_00FF == UInt32(byte) else { break }
      node ^= Self.offset(unit)
      guard node < units.count else { break }
      if unit & 0x100 != 0 {
        found = (position + 1 - start, Int(units[node] & 0x7FFF_FFFF))
      }
    }
    guard let found, found.value <= replacements.count else { return nil }
    let rest = replacements[found.value...]
    return (found.length, rest.prefix { $0 != 0 })
  }

  private static func offset(_ unit: UInt32) -> Int { Int((unit >> 10) << ((unit & 0x200) >> 6)) }
}
