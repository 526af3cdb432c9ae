extension TextPattern {
  /// The pattern in Oniguruma's syntax, for formats that know no other.
  ///
  /// Of what tiktoken's patterns use, two things are written differently there: a possessive
  /// interval `x{1,3}+` is an atomic group `(?>x{1,3})`, and the ends of the text are `\A` and
  /// `\z`.
  public var inOnigurumaSyntax: TextPattern {
    guard case .fancyRegex(let pattern) = self else { return self }
    var translation = OnigurumaTranslation(pattern)
    return .regex(translation.run())
  }
}

private struct OnigurumaTranslation {
  private let input: [Unicode.Scalar]
  private var position = 0
  private var output: [String] = []
  /// Where in the output the last complete atom begins.
  private var lastAtom: Int?
  private var openGroups: [Int] = []

  init(_ pattern: String) { input = Array(pattern.unicodeScalars) }

  mutating func run() -> String {
    while position < input.count {
      switch input[position] {
      case "\\": appendAtom(length: escapeLength)
      case "[": appendAtom(length: classLength)
      case "(":
        openGroups.append(output.count)
        append(length: groupOpeningLength)
      case ")":
        append(length: 1)
        lastAtom = openGroups.popLast()
      case "{": interval()
      case "*", "+", "?", "|": append(length: 1)
      case "^": appendAtom(length: 1, as: "\\A")
      case "$": appendAtom(length: 1, as: "\\z")
      default: appendAtom(length: 1)
      }
    }
    return output.joined()
  }

  private mutating func append(length: Int, as text: String? = nil) {
    let end = min(position + length, input.count)
    output.append(text ?? input[position..<end].reduce(into: "") { $0.unicodeScalars.append($1) })
    position = end
  }

  private mutating func appendAtom(length: Int, as text: String? = nil) {
    lastAtom = output.count
    append(length: length, as: text)
  }

  private mutating func interval() {
    guard let close = input[position...].firstIndex(of: "}") else {
      return appendAtom(length: 1)
    }
    append(length: close - position + 1)
    guard position < input.count, input[position] == "+", let start = lastAtom else { return }
    position += 1
    output[start] = "(?>" + output[start]
    output.append(")")
  }

  /// `\d`, or `\p{Lu}` with what stands in its braces.
  private var escapeLength: Int {
    guard position + 2 < input.count, input[position + 2] == "{",
      "pPxu".unicodeScalars.contains(input[position + 1]),
      let close = input[position...].firstIndex(of: "}")
    else { return 2 }
    return close - position + 1
  }

  private var classLength: Int {
    var depth = 0
    var end = position
    while end < input.count {
      switch input[end] {
      case "\\": end += 1
      case "[": depth += 1
      case "]": depth -= 1
      default: break
      }
      end += 1
      if depth == 0 { break }
    }
    return min(end, input.count) - position
  }

  /// `(`, `(?:`, `(?i:`, `(?<name>` and their like, whose signs are no quantifiers.
  private var groupOpeningLength: Int {
    guard position + 1 < input.count, input[position + 1] == "?" else { return 1 }
    var end = position + 2
    while end < input.count, "imsx-<=!>:".unicodeScalars.contains(input[end]) { end += 1 }
    return end - position
  }
}
