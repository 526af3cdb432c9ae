internal import Normalization

/// What a character map replaces, sorted by what joins what.
struct CharacterSequences {
  /// What single characters become.
  private(set) var singles: [UInt32: [UInt32]] = [:]
  /// Marks that follow a letter in a sequence, with the letters, where the map changes neither.
  private(set) var tails: [[UInt32]: Set<UInt32>] = [:]
  /// Characters that no mark joins, since they become several or none.
  private(set) var expanding: Set<UInt32> = []
  /// Characters that become several, the first of them a mark.
  private(set) var markRuns: Set<UInt32> = []
  /// Characters that become marks but are none.
  private(set) var hiddenMarks: Set<UInt32> = []
  /// Characters that are or become vowels and finals of the Hangul alphabet.
  private(set) var jamo: Set<UInt32> = []
  /// The finals among them.
  private(set) var finals: Set<UInt32> = []
  /// Whether any sequence begins with a Hangul syllable.
  private(set) var joinsSyllables = false
  /// Whether there are sequences at all.
  private(set) var joins = false
  /// Sequences that are not replaced as their characters one by one, joined by NFC.
  private(set) var exceptions: [[UInt32]] = []

  private static let finalRange: ClosedRange<UInt32> = 0x11A8...0x11C2
  private static let jamoRange: ClosedRange<UInt32> = 0x1161...0x11C2
  private static let syllables: ClosedRange<UInt32> = 0xAC00...0xD7A3

  init() {}

  init(_ map: CharacterMap) {
    var sequences: [(key: [UInt32], value: [UInt32])] = []
    map.forEachEntry { key, replacement in
      guard UTF8.sequenceLength(lead: key[0]) < key.count else {
        singles[Self.scalars(key[...])[0]] = Self.scalars(replacement)
        return
      }
      joins = true
      let value = Self.scalars(replacement)
      let scalars = Self.scalars(key[...])
      if Self.syllables.contains(scalars[0]) { joinsSyllables = true }
      // What becomes Hangul syllables joins as it does everywhere.
      if !value.allSatisfy(Self.syllables.contains) { sequences.append((scalars, value)) }
    }
    for (scalar, value) in singles { sort(scalar, value) }
    jamo.formUnion(Self.jamoRange)
    finals.formUnion(Self.finalRange)
    for (key, _) in sequences where key.allSatisfy({ singles[$0] == nil }) {
      tails[Array(key[1...]), default: []].insert(key[0])
    }
    findExceptions(sequences)
  }

  private static func scalars(_ bytes: ArraySlice<UInt8>) -> [UInt32] {
    UTF8Scalars(bytes).map(\.scalar.value)
  }

  private static func isMark(_ scalar: UInt32) -> Bool {
    Unicode.Scalar(scalar).map { ScalarProperties.isMark($0) } ?? false
  }

  private mutating func sort(_ scalar: UInt32, _ value: [UInt32]) {
    if value.count != 1 { expanding.insert(scalar) }
    guard let first = value.first else { return }
    if Self.isMark(first) {
      if value.count > 1 { markRuns.insert(scalar) }
      if !Self.isMark(scalar) { hiddenMarks.insert(scalar) }
    }
    if Self.jamoRange.contains(first) { jamo.insert(scalar) }
    if Self.finalRange.contains(first) { finals.insert(scalar) }
  }

  // MARK: Exceptions

  private mutating func findExceptions(_ sequences: [(key: [UInt32], value: [UInt32])]) {
    guard let nfc = try? CompiledNormalizer(.nfc) else { return }
    let keys = Set(sequences.map(\.key))
    for (key, value) in sequences {
      let parts = key.map { singles[$0] ?? [$0] }
      let joined = parts.flatMap(\.self)
      let isRegular =
        parts.allSatisfy { $0.count == 1 }
        && tails[Array(joined.dropFirst())]?.contains(joined[0]) == true
        && key.count > 1 && (key.count == 2 || keys.contains(key.dropLast()))
        && joined.dropFirst().allSatisfy(Self.isMark)
      if !isRegular || Self.normalized(joined, nfc) != value { exceptions.append(key) }
    }
    // Whatever becomes a letter that marks join has to be joined by them too, and so have marks.
    var variants: [UInt32: [UInt32]] = [:]
    for (scalar, value) in singles where value.count == 1 {
      variants[value[0], default: []].append(scalar)
    }
    for (tail, letters) in tails where tail.count == 1 {
      let marks = [tail[0]] + (variants[tail[0]] ?? [])
      for letter in letters {
        for letter in [letter] + (variants[letter] ?? []) {
          for mark in marks where !keys.contains([letter, mark]) {
            exceptions.append([letter, mark])
          }
        }
      }
    }
  }

  private static func normalized(_ scalars: [UInt32], _ nfc: CompiledNormalizer) -> [UInt32] {
    var text = AlignedText(
      Array(String(String.UnicodeScalarView(scalars.compactMap(Unicode.Scalar.init))).utf8))
    try? nfc.normalize(&text)
    return Self.scalars(text.bytes[...])
  }
}
