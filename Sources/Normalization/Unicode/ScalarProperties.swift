/// The character classes that normalizers and splitters ask for.
///
/// The reference library is made of parts that each bring the tables of another version of Unicode.
/// Ids depend on that, so each class here has the characters that the part has which uses it, whatever
/// the versions of ICU and of the Swift library.
public enum ScalarProperties {
  /// Unicode's `White_Space`, which is Rust's `char::is_whitespace` and a regular expression's `\s`.
  public static func isWhitespace(_ scalar: Unicode.Scalar) -> Bool { whitespace.contains(scalar) }

  /// A decimal digit, letter number or other number (Rust's `char::is_numeric`, Unicode 17).
  public static func isNumeric(_ scalar: Unicode.Scalar) -> Bool { numeric.contains(scalar) }

  /// ASCII punctuation, symbols included, or any of Unicode's punctuation categories (Unicode 8).
  public static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    punctuation.contains(scalar)
  }

  /// A word character of Rust's regular expressions (`\w`, Unicode 16): alphabetic, mark, decimal
  /// digit, connector punctuation, or join control.
  public static func isWord(_ scalar: Unicode.Scalar) -> Bool { words.contains(scalar) }

  /// A nonspacing, enclosing or spacing combining mark (Unicode 9).
  public static func isMark(_ scalar: Unicode.Scalar) -> Bool { marks.contains(scalar) }

  /// A nonspacing mark (Unicode 8).
  public static func isNonspacingMark(_ scalar: Unicode.Scalar) -> Bool {
    nonspacingMarks.contains(scalar)
  }

  /// A control, format or private-use code (Unicode 8).
  public static func isOther(_ scalar: Unicode.Scalar) -> Bool { other.contains(scalar) }

  /// A number for the script of a scalar, equal for scalars of one script; 0 for one that has none.
  public static func script(_ scalar: Unicode.Scalar) -> UInt8 { scripts[scalar] }

  private static let whitespace = ScalarSet(bounds: CharacterClassTables.whitespace)
  private static let numeric = ScalarSet(bounds: CharacterClassTables.numeric)
  private static let punctuation = ScalarSet(bounds: CharacterClassTables.punctuation)
  private static let words = ScalarSet(bounds: CharacterClassTables.words)
  private static let marks = ScalarSet(bounds: CharacterClassTables.marks)
  private static let nonspacingMarks = ScalarSet(bounds: CharacterClassTables.nonspacingMarks)
  private static let other = ScalarSet(bounds: CharacterClassTables.other)
  private static let scripts = ScalarMap(runs: ScriptTables.scripts)
}
