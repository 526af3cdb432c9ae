/// Writing JSON by hand: streams of rows are too long to be built as values first.
public enum JSONText {
  /// A string in quotes, with only what must be escaped escaped; invalid UTF-8 is replaced by U+FFFD.
  public static func string(_ text: String) -> String {
    var json = JSONBytes()
    json.append(string: text.utf8)
    return String(decoding: json.bytes, as: UTF8.self)
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
