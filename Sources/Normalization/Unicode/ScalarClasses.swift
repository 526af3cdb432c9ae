/// The character classes that splitting patterns are made of, one byte of flags per scalar.
///
/// A flat table: the scalars of a text lie close together, so that a few cache lines of it are used.
struct ScalarClasses: OptionSet {
  let rawValue: UInt8

  /// `\p{L}`
  static let letter = ScalarClasses(rawValue: 1)
  /// `\p{N}`
  static let number = ScalarClasses(rawValue: 2)
  /// `\s`
  static let space = ScalarClasses(rawValue: 4)
  /// `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`: what can begin a word in capitals.
  static let upper = ScalarClasses(rawValue: 8)
  /// `[\p{Ll}\p{Lm}\p{Lo}\p{M}]`: what can continue a word in small letters.
  static let lower = ScalarClasses(rawValue: 16)

  /// The flags of every scalar, by the reference's tables.
  static let table: [UInt8] = {
    var table = [UInt8](repeating: 0, count: 0x11_0000)
    for (range, category) in GeneralCategory.runs {
      let flags = ScalarClasses(category).rawValue
      guard flags != 0 else { continue }
      for scalar in range { table[Int(scalar)] = flags }
    }
    for range in ScalarSet(bounds: CharacterClassTables.whitespace).ranges {
      for scalar in range { table[Int(scalar)] |= ScalarClasses.space.rawValue }
    }
    return table
  }()

  init(rawValue: UInt8) { self.rawValue = rawValue }

  private init(_ category: GeneralCategory) {
    switch category {
    case .lu, .lt: self = [.letter, .upper]
    case .ll: self = [.letter, .lower]
    case .lm, .lo: self = [.letter, .upper, .lower]
    case .mn, .me, .mc: self = [.upper, .lower]
    case .nd, .nl, .no: self = .number
    default: self = []
    }
  }
}
