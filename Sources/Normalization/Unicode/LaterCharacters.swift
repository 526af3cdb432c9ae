/// What normalization and case folding say of the characters that Unicode 15 to 17 added: the ICU of a
/// system may not know them yet.
///
/// From `UnicodeData.txt` and `CaseFolding.txt` of Unicode 17; `tools/make_rule_hashes.py` compares
/// them with what sentencepiece has.
enum LaterCharacters {
  /// The last version of Unicode whose characters are looked up in ICU instead.
  static let lastKnownVersion: Int32 = 14

  /// What characters decompose into by themselves.
  static let decompositions: [Unicode.Scalar: [Unicode.Scalar]] = {
    var result = canonical
    for (first, originals) in compatible {
      for (index, original) in originals.unicodeScalars.enumerated() {
        if let scalar = Unicode.Scalar(first + UInt32(index)) { result[scalar] = [original] }
      }
    }
    return result
  }()

  /// What two characters are composed to.
  static let composites: [[Unicode.Scalar]: Unicode.Scalar] = {
    var whole: [[Unicode.Scalar]: Unicode.Scalar] = [:]
    for (composed, parts) in canonical { whole[parts] = composed }
    var result: [[Unicode.Scalar]: Unicode.Scalar] = [:]
    for (composed, parts) in canonical {
      let first = parts.count == 2 ? parts[0] : whole[Array(parts.dropLast())]
      if let first, let last = parts.last { result[[first, last]] = composed }
    }
    return result
  }()

  /// What stands for a character where case makes no difference; `nil` for itself.
  static func folded(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
    guard let run = foldings.first(where: { $0.scalars.contains(scalar.value) }) else { return nil }
    return Unicode.Scalar(scalar.value - run.scalars.lowerBound + run.first)
  }

  // MARK: Tables

  /// Runs of characters, by the first one, that are others in another shape.
  private static let compatible: [(first: UInt32, originals: String)] = [
    (0x1E030, "абвгдежзиклмопрстуфхцчшыэюꚉәіјөүӏабвгдежзиклопсуфхцчшъыґіѕџҫꙑұ"),
    (0x1CCD6, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"),
    (0xA7F1, "S"),
  ]

  /// Characters that are always written as several, with all of these.
  private static let canonical: [Unicode.Scalar: [Unicode.Scalar]] = [
    "\u{105C9}": ["\u{105D2}", "\u{307}"], "\u{105E4}": ["\u{105DA}", "\u{307}"],
    "\u{11383}": ["\u{11382}", "\u{113C9}"], "\u{11385}": ["\u{11384}", "\u{113BB}"],
    "\u{1138E}": ["\u{1138B}", "\u{113C2}"], "\u{11391}": ["\u{11390}", "\u{113C9}"],
    "\u{113C5}": ["\u{113C2}", "\u{113C2}"], "\u{113C7}": ["\u{113C2}", "\u{113B8}"],
    "\u{113C8}": ["\u{113C2}", "\u{113C9}"], "\u{16121}": ["\u{1611E}", "\u{1611E}"],
    "\u{16122}": ["\u{1611E}", "\u{16129}"], "\u{16123}": ["\u{1611E}", "\u{1611F}"],
    "\u{16124}": ["\u{16129}", "\u{1611F}"], "\u{16125}": ["\u{1611E}", "\u{16120}"],
    "\u{16126}": ["\u{1611E}", "\u{1611E}", "\u{1611F}"],
    "\u{16127}": ["\u{1611E}", "\u{16129}", "\u{1611F}"],
    "\u{16128}": ["\u{1611E}", "\u{1611E}", "\u{16120}"],
    "\u{16D68}": ["\u{16D67}", "\u{16D67}"], "\u{16D69}": ["\u{16D63}", "\u{16D67}"],
    "\u{16D6A}": ["\u{16D63}", "\u{16D67}", "\u{16D67}"],
  ]

  /// Runs of characters and the first of those that they are folded to.
  private static let foldings: [(scalars: ClosedRange<UInt32>, first: UInt32)] = [
    (0x1C89...0x1C89, 0x1C8A), (0xA7CB...0xA7CB, 0x264), (0xA7CC...0xA7CC, 0xA7CD),
    (0xA7CE...0xA7CE, 0xA7CF), (0xA7D2...0xA7D2, 0xA7D3), (0xA7D4...0xA7D4, 0xA7D5),
    (0xA7DA...0xA7DA, 0xA7DB), (0xA7DC...0xA7DC, 0x19B), (0x10D50...0x10D65, 0x10D70),
    (0x16EA0...0x16EB8, 0x16EBB),
  ]
}
