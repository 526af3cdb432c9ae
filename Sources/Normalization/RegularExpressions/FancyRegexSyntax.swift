/// Translation of regular expressions from the syntax of Rust's fancy-regex to ICU's.
///
/// The two agree on what tiktoken's patterns use: possessive quantifiers, intervals among them
/// (`{1,3}+`), look-around, inline options and Unicode properties. Where they do not, the meaning
/// in fancy-regex is kept: `^` and `$` match at the ends of the text only, not before a newline
/// that ends it.
enum FancyRegexSyntax {
  static func translated(_ pattern: String) throws(NormalizationError) -> String {
    var output = ""
    var classDepth = 0
    var isEscaped = false
    for scalar in pattern.unicodeScalars {
      switch scalar {
      case _ where isEscaped:
        isEscaped = false
        output.unicodeScalars.append(scalar)
        continue
      case "\\": isEscaped = true
      case "[": classDepth += 1
      case "]": classDepth -= 1
      case "$" where classDepth == 0:
        output += "\\z"
        continue
      case "^" where classDepth == 0:
        output += "\\A"
        continue
      default: break
      }
      output.unicodeScalars.append(scalar)
    }
    guard classDepth == 0, !isEscaped else {
      throw .badPattern(pattern: pattern, reason: "a bracket or an escape is left open")
    }
    return output
  }
}
