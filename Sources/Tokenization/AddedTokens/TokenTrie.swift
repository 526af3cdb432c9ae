/// A set of byte strings that finds the longest one at a place of a text.
struct TokenTrie: Sendable {
  private let trie: ByteTrie
  /// Whether a string can begin with each byte.
  private let isFirst: ConstantTable<Bool>
  /// The bytes that a string can begin with, where there are at most two; text is skipped by vectors then.
  private let firstBytes: (SIMD32<UInt8>, SIMD32<UInt8>)?

  /// Empty strings are left out; of equal strings the last one counts.
  init(_ strings: [(text: [UInt8], value: TokenID)]) {
    trie = ByteTrie(strings.lazy.map { (text: $0.text[...], value: $0.value) })
    let first = Set(strings.compactMap(\.text.first))
    isFirst = ConstantTable((UInt8.min...UInt8.max).map(first.contains))
    if let one = first.min(), let other = first.max(), first.count <= 2 {
      firstBytes = (SIMD32(repeating: one), SIMD32(repeating: other))
    } else {
      firstBytes = nil
    }
  }

  /// Whether the set is empty.
  var isEmpty: Bool { trie.isEmpty }

  /// The first place at or after `start` where a string of the set stands, and the longest one there.
  ///
  /// - Complexity: O(length of the text × length of the longest string) at worst; bytes that begin
  ///   no string cost next to nothing.
  func firstMatch(
    in bytes: UnsafeBufferPointer<UInt8>, from start: Int
  ) -> (range: Range<Int>, value: TokenID)? {
    var position = start
    while true {
      position = nextCandidate(in: bytes, from: position)
      guard position < bytes.count else { return nil }
      if let match = trie.longestMatch(in: bytes, at: position) {
        return (position..<(position + match.length), match.value)
      }
      position += 1
    }
  }

  /// The next place where a string can begin, or the end of the text.
  @inline(__always)
  private func nextCandidate(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    var position = start
    if let (one, other) = firstBytes, let base = bytes.baseAddress {
      // Safe: whole vectors are read only where the text has as many bytes.
      while position + 32 <= bytes.count {
        let vector = UnsafeRawPointer(base + position).loadUnaligned(as: SIMD32<UInt8>.self)
        if any((vector .== one) .| (vector .== other)) { break }
        position += 32
      }
    }
    while position < bytes.count, !isFirst[Int(bytes[position])] { position += 1 }
    return position
  }
}
