/// What word boundaries ask of a scalar, in one byte: its `Word_Break` class (UAX #29), whether it is a
/// pictograph, and whether it is punctuation, a small letter or a capital (Unicode 16).
package struct WordBreakClass: Sendable, Equatable {
  package let rawValue: UInt8

  @inlinable
  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The value of `Word_Break`, in the order of the generated table. Format characters count as `extend`.
  package enum Value {
    package static let other: UInt8 = 0
    package static let letter: UInt8 = 1
    package static let hebrewLetter: UInt8 = 2
    package static let numeric: UInt8 = 3
    package static let katakana: UInt8 = 4
    package static let extendNumLet: UInt8 = 5
    package static let midLetter: UInt8 = 6
    package static let midNum: UInt8 = 7
    package static let midNumLet: UInt8 = 8
    package static let singleQuote: UInt8 = 9
    package static let doubleQuote: UInt8 = 10
    package static let regionalIndicator: UInt8 = 11
    package static let segmentSpace: UInt8 = 12
    package static let extend: UInt8 = 13
    package static let joiner: UInt8 = 14
    package static let carriageReturn: UInt8 = 15
    package static let lineFeed: UInt8 = 16
    package static let newline: UInt8 = 17
  }

  /// The bits of the value.
  package static let valueMask: UInt8 = 0x1F
  /// The bit of `Extended_Pictographic`.
  package static let pictograph: UInt8 = 0x20
  /// The bits of a case or punctuation, which exclude each other.
  package static let kindMask: UInt8 = 0xC0
  /// `\p{P}`
  package static let punctuation: UInt8 = 0x40
  /// `\p{Ll}`
  package static let small: UInt8 = 0x80
  /// `\p{Lu}`
  package static let capital: UInt8 = 0xC0

  /// The classes of all scalars: one flat table, so that a class is one look-up.
  package static let table: [UInt8] = {
    var table = [UInt8](repeating: 0, count: 0x11_0000)
    let runs = WordBreakTables.runs
    for (index, run) in runs.enumerated() {
      let end = index + 1 < runs.count ? runs[index + 1] >> 8 : 0x11_0000
      for scalar in (run >> 8)..<end { table[Int(scalar)] = UInt8(truncatingIfNeeded: run) }
    }
    for (range, category) in GeneralCategory.runs {
      let kind: UInt8
      switch category {
      case .pc, .pd, .ps, .pe, .pi, .pf, .po: kind = punctuation
      case .ll: kind = small
      case .lu: kind = capital
      default: continue
      }
      for scalar in range { table[Int(scalar)] |= kind }
    }
    return table
  }()
}
