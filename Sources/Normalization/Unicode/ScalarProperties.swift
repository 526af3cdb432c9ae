internal import CICU

/// The character classes that normalizers and splitters ask for, answered by ICU.
public enum ScalarProperties {
  /// Unicode's `White_Space`, which is Rust's `char::is_whitespace` and a regular expression's `\s`.
  public static func isWhitespace(_ scalar: Unicode.Scalar) -> Bool {
    icu_hasBinaryProperty(UChar32(bitPattern: scalar.value), UCHAR_WHITE_SPACE) != 0
  }

  /// A decimal digit, letter number or other number (Rust's `char::is_numeric`).
  public static func isNumeric(_ scalar: Unicode.Scalar) -> Bool {
    isIn(scalar, [U_DECIMAL_DIGIT_NUMBER, U_LETTER_NUMBER, U_OTHER_NUMBER])
  }

  /// ASCII punctuation, symbols included, or any of Unicode's punctuation categories.
  public static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
    case 0..<0x80: false
    default:
      isIn(
        scalar,
        [
          U_CONNECTOR_PUNCTUATION, U_DASH_PUNCTUATION, U_START_PUNCTUATION, U_END_PUNCTUATION,
          U_INITIAL_PUNCTUATION, U_FINAL_PUNCTUATION, U_OTHER_PUNCTUATION,
        ])
    }
  }

  /// A word character of a regular expression (`\w`): alphabetic, mark, decimal digit, connector
  /// punctuation, or join control.
  public static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value < 0x80 {
      return scalar == "_" || (scalar.value &- 0x30 < 10) || ((scalar.value | 0x20) &- 0x61 < 26)
    }
    let point = UChar32(bitPattern: scalar.value)
    return icu_hasBinaryProperty(point, UCHAR_ALPHABETIC) != 0
      || icu_hasBinaryProperty(point, UCHAR_JOIN_CONTROL) != 0
      || isMark(scalar) || isIn(scalar, [U_DECIMAL_DIGIT_NUMBER, U_CONNECTOR_PUNCTUATION])
  }

  /// A nonspacing, enclosing or spacing combining mark.
  public static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    isIn(scalar, [U_NON_SPACING_MARK, U_ENCLOSING_MARK, U_COMBINING_SPACING_MARK])
  }

  /// A nonspacing mark.
  public static func isNonspacingMark(_ scalar: Unicode.Scalar) -> Bool {
    isIn(scalar, [U_NON_SPACING_MARK])
  }

  /// A control, format, private-use or surrogate code.
  public static func isOther(_ scalar: Unicode.Scalar) -> Bool {
    isIn(scalar, [U_CONTROL_CHAR, U_FORMAT_CHAR, U_PRIVATE_USE_CHAR])
  }

  private static func isIn(_ scalar: Unicode.Scalar, _ categories: [UCharCategory]) -> Bool {
    let category = icu_generalCategory(UChar32(bitPattern: scalar.value))
    return categories.contains { Int8(truncatingIfNeeded: $0.rawValue) == category }
  }
}
