internal import Glibc

/// Colours where a person looks at a terminal, nothing elsewhere.
struct TerminalStyle {
  /// Whether escape sequences are written at all.
  let isColoured: Bool

  /// The style for standard output: coloured on a terminal, unless `NO_COLOR` asks otherwise.
  static let standardOutput = TerminalStyle(
    isColoured: isatty(STDOUT_FILENO) != 0 && getenv("NO_COLOR") == nil)

  /// `text` on one of a few backgrounds that take turns.
  func stripe(_ text: String, _ index: Int) -> String {
    guard isColoured else { return text }
    let backgrounds = [153, 223, 158, 219, 229]
    return "\u{1B}[48;5;\(backgrounds[index % backgrounds.count]);38;5;16m\(text)\u{1B}[0m"
  }

  func dim(_ text: String) -> String { escaped("2", text) }

  func bold(_ text: String) -> String { escaped("1", text) }

  func green(_ text: String) -> String { escaped("32", text) }

  private func escaped(_ code: String, _ text: String) -> String {
    isColoured ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}

extension String {
  enum Alignment { case left, right }

  /// The text with spaces up to a width in characters.
  func padded(to width: Int, alignment: Alignment = .left) -> String {
    let spaces = String(repeating: " ", count: max(0, width - count))
    return alignment == .left ? self + spaces : spaces + self
  }
}

extension Double {
  /// The number with so many decimals.
  func rounded(to places: Int) -> String {
    guard isFinite else { return "\(self)" }
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let scaled = Int((Swift.abs(self) * scale).rounded())
    let digits = String(scaled)
    let padded = String(repeating: "0", count: Swift.max(0, places + 1 - digits.count)) + digits
    let sign = self < 0 && scaled > 0 ? "-" : ""
    return sign + padded.dropLast(places) + (places > 0 ? "." + padded.suffix(places) : "")
  }
}
