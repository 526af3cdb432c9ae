internal import CICU

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

  /// The flags of every scalar.
  static let table: [UInt8] = {
    var table = [UInt8](repeating: 0, count: 0x11_0000)
    table.withUnsafeMutableBufferPointer { buffer in
      icu_enumerateCategories(
        { context, start, limit, category in
          let flags = ScalarClasses(category).rawValue
          let table = UnsafeMutablePointer(mutating: context?.assumingMemoryBound(to: UInt8.self))
          for scalar in Int(start)..<Int(limit) { table?[scalar] = flags }
          return 1
        }, buffer.baseAddress)
    }
    let spaces: [ClosedRange<Int>] = [
      0x09...0x0D, 0x20...0x20, 0x85...0x85, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A,
      0x2028...0x2029, 0x202F...0x202F, 0x205F...0x205F, 0x3000...0x3000,
    ]
    for scalar in spaces.joined() { table[scalar] |= ScalarClasses.space.rawValue }
    return table
  }()

  init(rawValue: UInt8) { self.rawValue = rawValue }

  private init(_ category: UCharCategory) {
    switch category {
    case U_UPPERCASE_LETTER, U_TITLECASE_LETTER: self = [.letter, .upper]
    case U_LOWERCASE_LETTER: self = [.letter, .lower]
    case U_MODIFIER_LETTER, U_OTHER_LETTER: self = [.letter, .upper, .lower]
    case U_NON_SPACING_MARK, U_ENCLOSING_MARK, U_COMBINING_SPACING_MARK: self = [.upper, .lower]
    case U_DECIMAL_DIGIT_NUMBER, U_LETTER_NUMBER, U_OTHER_NUMBER: self = .number
    default: self = []
    }
  }
}
