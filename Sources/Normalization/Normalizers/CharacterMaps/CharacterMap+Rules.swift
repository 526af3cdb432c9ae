extension CharacterMap {
  /// The rules that sentencepiece has names for (`normalization_rule_name`).
  public enum RuleName: String, Sendable, CaseIterable {
    /// Normalization form KC with white space unified and control characters dropped; the library's
    /// default.
    case nmtNFKC = "nmt_nfkc"
    /// Normalization form KC.
    case nfkc
    /// As `nmtNFKC`, with case folded.
    case nmtNFKCFolded = "nmt_nfkc_cf"
    /// As `nfkc`, with case folded.
    case nfkcFolded = "nfkc_cf"
    /// No map at all.
    case identity

    var cleansText: Bool { self == .nmtNFKC || self == .nmtNFKCFolded }
    var foldsCase: Bool { self == .nmtNFKCFolded || self == .nfkcFolded }
  }

  /// The binary form of the map with a name: empty for `identity`.
  ///
  /// It replaces what the map of sentencepiece 0.2.3 replaces, in the same way; the bytes of the trie
  /// are others.
  public static func compiled(_ name: RuleName) -> [UInt8] {
    name == .identity ? [] : compiled(CharacterMapRules(name))
  }

  /// The binary form of rules.
  static func compiled(_ rules: CharacterMapRules) -> [UInt8] {
    var replacements: [UInt8] = []
    var offsets: [[UInt32]: Int32] = [:]
    var entries: [(key: [UInt8], value: Int32)] = []
    let sorted = rules.replacements.map { (key: utf8($0.key), value: $0.value) }
      .sorted { $0.key.lexicographicallyPrecedes($1.key) }
    for (key, value) in sorted {
      let offset = offsets[value] ?? Int32(replacements.count)
      if offsets[value] == nil {
        offsets[value] = offset
        replacements += utf8(value) + [0]
      }
      entries.append((key, offset))
    }
    let units = DoubleArray(entries).units
    let numbers = [UInt32(units.count * 4)] + units
    return numbers.flatMap { number in (0..<4).map { UInt8(number >> ($0 * 8) & 0xFF) } }
      + replacements
  }

  private static func utf8(_ scalars: [UInt32]) -> [UInt8] {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars.lazy.compactMap(Unicode.Scalar.init))
    return Array(String(text).utf8)
  }
}
