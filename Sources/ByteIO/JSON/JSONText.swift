/// Writing JSON by hand: streams of rows are too long to be built as values first.
public enum JSONText {
  /// A string in quotes, with only what must be escaped escaped; invalid UTF-8 is replaced by U+FFFD.
  public static func string(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\u{0}"..."\u{1F}", "\u{7F}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// A number; JSON has no spelling for infinities and NaN, which become `null`.
  public static func number(
    _ value: some BinaryFloatingPoint & LosslessStringConvertible
  ) -> String {
    value.isFinite ? String(value) : "null"
  }

  /// A list on one line.
  public static func list(_ elements: some Sequence<String>) -> String {
    "[" + elements.joined(separator: ",") + "]"
  }
}
