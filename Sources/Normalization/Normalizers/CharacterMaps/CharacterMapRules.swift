internal import CICU

/// The rules of a character map: sequences of characters and what replaces them.
///
/// Reproduces `Builder` of the sentencepiece library, which has such maps precompiled, with the
/// Unicode version of sentencepiece 0.2.3, which is 17.
struct CharacterMapRules {
  /// Scalars by their values.
  typealias Sequence = [UInt32]

  private(set) var replacements: [Sequence: Sequence] = [:]

  /// The rules of a name that sentencepiece knows.
  init(_ name: CharacterMap.RuleName) {
    addCompatibilityForm()
    if name.cleansText {
      addCleanUp()
      removeRedundant()
    }
    if name.foldsCase {
      foldCase()
      removeRedundant()
    }
  }

  // MARK: Normalization form KC

  /// Replaces every character, and every sequence that becomes one, by its form.
  private mutating func addCompatibilityForm() {
    guard let tables = NormalizationTables(.nfkc, .unicode17) else { return }
    // The decompositions into several characters.
    var decomposed: Set<Sequence> = []
    // What decomposes into one character, by that.
    var origins: [UInt32: [UInt32]] = [:]
    for value in 0x80...UInt32(0x10FFFF) {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let parts = tables.fullDecomposition(scalar)
      if parts == [scalar] { continue }
      let composed = Self.composed(parts, tables)
      if composed != [value] { replacements[[value]] = composed }
      if parts.count == 1 {
        origins[parts[0].value, default: []].append(value)
      } else {
        decomposed.insert(parts.map(\.value))
      }
    }
    for parts in decomposed {
      let composed = Self.composed(parts.compactMap(Unicode.Scalar.init), tables)
      if composed == parts { continue }
      for sequence in Self.spellings(parts, origins) where sequence != composed {
        replacements[sequence] = composed
      }
    }
    removeRedundant()
  }

  private static func composed(
    _ parts: [Unicode.Scalar], _ tables: NormalizationTables
  ) -> Sequence {
    tables.compose(parts.map { ScalarChange(scalar: $0, change: 0) }).map(\.scalar.value)
  }

  /// All sequences whose characters decompose into those of `parts`, one by one.
  private static func spellings(_ parts: Sequence, _ origins: [UInt32: [UInt32]]) -> [Sequence] {
    var results: [Sequence] = [[]]
    for part in parts {
      let choices = [part] + (origins[part] ?? [])
      results = results.flatMap { start in choices.map { start + [$0] } }
    }
    return results
  }

  // MARK: Clean-up and case

  /// Makes all kinds of white space a space and drops control characters: the rules named `nmt`.
  private mutating func addCleanUp() {
    let spaces: [UInt32] = [
      0x09, 0x0A, 0x0C, 0x0D, 0x61C, 0x1680, 0x200B, 0x200C, 0x200E, 0x200F, 0x2028, 0x2029, 0x2581,
      0xFEFF, 0xFFFD,
    ]
    for space in spaces { replacements[[space]] = [0x20] }
    let controls = [0x01...0x08, 0x0B...0x0B, 0x0E...0x1F, 0x7F...0x7F, 0x8F...0x8F, 0x9F...0x9F]
    for control in controls.joined() { replacements[[UInt32(control)]] = [] }
    // The full-width tilde means something of its own in Japanese.
    replacements[[0xFF5E]] = nil
  }

  /// Folds the case of what replaces something, and of all that is not replaced.
  private mutating func foldCase() {
    for (sequence, replacement) in replacements {
      replacements[sequence] = replacement.map(Self.folded)
    }
    for value in 1...UInt32(0x10FFFF) where Unicode.Scalar(value) != nil {
      let folded = Self.folded(value)
      if folded != value, replacements[[value]] == nil { replacements[[value]] = [folded] }
    }
  }

  /// Simple case folding.
  private static func folded(_ value: UInt32) -> UInt32 {
    let point = UChar32(bitPattern: value)
    guard let scalar = Unicode.Scalar(value) else { return value }
    guard (1...LaterCharacters.lastKnownVersion).contains(icu_age(point)) else {
      return LaterCharacters.folded(scalar)?.value ?? value
    }
    return UInt32(bitPattern: icu_foldCase(point))
  }

  // MARK: Redundancy

  /// Leaves out sequences that shorter rules, each the longest that fits, replace alike.
  private mutating func removeRedundant() {
    var kept = replacements.filter { $0.key.count == 1 }
    let longest = replacements.keys.lazy.map(\.count).max() ?? 0
    for length in 1..<max(longest, 1) {
      var added: [(Sequence, Sequence)] = []
      for (sequence, replacement) in replacements where sequence.count == length + 1 {
        if Self.replaced(sequence, by: kept, longest: length) != replacement {
          added.append((sequence, replacement))
        }
      }
      for (sequence, replacement) in added { kept[sequence] = replacement }
    }
    replacements = kept
  }

  private static func replaced(
    _ sequence: Sequence, by rules: [Sequence: Sequence], longest: Int
  ) -> Sequence {
    var result: Sequence = []
    var rest = sequence[...]
    while let first = rest.first {
      let lengths = stride(from: min(longest, rest.count), to: 0, by: -1)
      let rule = lengths.lazy.compactMap { length in
        rules[Array(rest.prefix(length))].map { (length, $0) }
      }.first
      let (length, replacement) = rule ?? (1, [first])
      result += replacement
      rest = rest.dropFirst(length)
    }
    return result
  }
}
