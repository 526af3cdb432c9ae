/// Translation of regular expressions from Oniguruma's Ruby syntax to ICU's.
///
/// The two agree on nearly everything that splitting patterns use. Where they do not, the meaning in
/// Oniguruma is kept:
/// - `x{n,m}+` is a repeated interval there, a possessive one in ICU;
/// - `\h` and `\H` are hexadecimal digits there, horizontal space in ICU;
/// - `\w` has no join controls there, but six signs of Latin-1 outside classes, and `\b` goes by it;
/// - general categories and POSIX brackets are those of Unicode 16 there, and of ICU's version here;
/// - `[:punct:]` has all symbols there, `[:xdigit:]` is ASCII;
/// - `\v` is a single character there;
/// - `^` does not match after a newline that ends the text;
/// - the inline option `m` lets the dot match newlines, each of `\r\n` by itself;
/// - an inline option for the rest of a group holds for the alternatives that follow it.
///
/// What ICU has no words for is refused.
enum OnigurumaSyntax {
  /// - Throws: `NormalizationError.badPattern` for a pattern that is unbalanced or has no translation.
  static func translated(_ pattern: String) throws(NormalizationError) -> String {
    var translator = Translator(pattern)
    do {
      return try translator.run()
    } catch {
      throw .badPattern(pattern: pattern, reason: error.reason)
    }
  }

  private struct Untranslatable: Error { var reason: String }

  /// The insides of ICU's character classes.
  private enum Set {
    static let word = OnigurumaClasses.words
    /// `\w`, which counts the superscripts and fractions of Latin-1.
    static let latin1Word = word + #"\u00B2\u00B3\u00B9\u00BC-\u00BE"#
    static let hexadecimal = "0-9A-Fa-f"
    static let anything = #"\x{0}-\x{10FFFF}"#
  }

  private struct Translator {
    private let input: [Character]
    private var position = 0
    private var output: [String] = []
    /// Where in the output the last complete atom begins; `nil` where there is none to repeat.
    private var lastAtom: Int?
    /// Whether that atom has a quantifier already.
    private var isQuantified = false
    private var groups = [Group(start: 0)]

    /// An open group; the first one is the whole pattern.
    private struct Group {
      /// Where in the output it begins.
      var start: Int
      var dotMatchesNewline = false
      /// The groups that inline options have opened inside it, to be closed with it.
      var optionGroups = 0
    }

    init(_ pattern: String) {
      // Scalars, not grapheme clusters: `\r\n` in a pattern is two characters.
      input = pattern.unicodeScalars.map(Character.init)
    }

    mutating func run() throws(Untranslatable) -> String {
      while let character = peek() {
        switch character {
        case "\\": appendAtom(try escape(inClass: false))
        case "[": appendAtom(try characterClass())
        case "(": openGroup()
        case ")":
          guard groups.count > 1 else { throw Untranslatable(reason: "unmatched `)`") }
          position += 1
          closeGroup()
        case "{": interval()
        case "*", "+", "?":
          var quantifier = next()
          if let suffix = peek(), suffix == "+" || suffix == "?" { quantifier += next() }
          appendQuantifier(quantifier)
        case "|":
          output.append(next())
          lastAtom = nil
        case ".":
          position += 1
          appendAtom(groups[groups.count - 1].dotMatchesNewline ? "[\(Set.anything)]" : ".")
        case "^":
          position += 1
          appendAtom("(?:\\A|^(?!\\z))")
        case "}":
          position += 1
          appendAtom("\\}")
        default: appendAtom(next())
        }
      }
      guard groups.count == 1 else { throw Untranslatable(reason: "missing `)`") }
      let closing = String(repeating: ")", count: groups[0].optionGroups)
      return input.isEmpty ? "(?:)" : output.joined() + closing
    }

    // MARK: Groups

    private mutating func openGroup() {
      position += 1
      if input[position...].starts(with: "?#") {
        while let character = peek(), character != ")" { position += character == "\\" ? 2 : 1 }
        position = min(position + 1, input.count)
        return
      }
      var group = groups[groups.count - 1]
      group.start = output.count
      group.optionGroups = 0
      lastAtom = nil
      guard peek() == "?" else {
        output.append("(")
        groups.append(group)
        return
      }
      position += 1
      // Inline options up to `:` or `)`; a name or a look-around begins with another character.
      let options = input[position...].prefix { "imx-".contains($0) }
      position += options.count
      let parts = options.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
      if parts[0].contains("m") { group.dotMatchesNewline = true }
      if parts.count > 1, parts[1].contains("m") { group.dotMatchesNewline = false }
      var text = String(options.filter { $0 != "m" })
      if text == "-" { text = "" }
      if !options.isEmpty, peek() == ")" {
        // ICU ends such an option at the next `|`: the rest of the group becomes a group.
        position += 1
        output.append("(?" + text + ":")
        groups[groups.count - 1].dotMatchesNewline = group.dotMatchesNewline
        groups[groups.count - 1].optionGroups += 1
        return
      }
      // The rest of `?<name>`, `?<=`, `?!` and so on must not be read as atoms or quantifiers.
      text = "(?" + text
      while let mark = peek(), "<=!:>".contains(mark) { text += next() }
      output.append(text)
      groups.append(group)
    }

    private mutating func closeGroup() {
      let group = groups.removeLast()
      output.append(String(repeating: ")", count: group.optionGroups + 1))
      lastAtom = group.start
      isQuantified = false
    }

    // MARK: Quantifiers

    /// `{n}`, `{n,}`, `{,m}` or `{n,m}`, with what may follow; otherwise a literal brace.
    private mutating func interval() {
      guard let bounds = intervalBounds() else {
        position += 1
        appendAtom("\\{")
        return
      }
      position += bounds.length
      if peek() == "?" {
        appendQuantifier(bounds.text + next())
      } else {
        appendQuantifier(bounds.text)
      }
    }

    private func intervalBounds() -> (text: String, length: Int)? {
      guard let close = input[position...].firstIndex(of: "}") else { return nil }
      let body = String(input[(position + 1)..<close])
      let bounds = body.split(separator: ",", omittingEmptySubsequences: false)
      guard bounds.count <= 2, bounds.contains(where: { !$0.isEmpty }),
        bounds.allSatisfy({ $0.allSatisfy { ("0"..."9").contains($0) } })
      else { return nil }
      let text = bounds[0].isEmpty ? "{0,\(bounds[1])}" : "{\(body)}"
      return (text, close - position + 1)
    }

    /// ICU would take the second of two quantifiers for a mark of the first.
    private mutating func appendQuantifier(_ quantifier: String) {
      if isQuantified, let start = lastAtom {
        output[start] = "(?:" + output[start]
        output.append(")")
      }
      output.append(quantifier)
      isQuantified = true
    }

    // MARK: Escapes

    private mutating func escape(inClass: Bool) throws(Untranslatable) -> String {
      position += 1
      guard let character = peek() else { throw Untranslatable(reason: "`\\` at the end") }
      position += 1
      switch character {
      case "h": return inClass ? Set.hexadecimal : "[\(Set.hexadecimal)]"
      case "H": return "[^\(Set.hexadecimal)]"
      case "w": return "[\(inClass ? Set.word : Set.latin1Word)]"
      case "W": return "[^\(inClass ? Set.word : Set.latin1Word)]"
      case "d": return OnigurumaClasses.digits
      case "D": return OnigurumaClasses.inverted(OnigurumaClasses.digits)
      // ICU repeats a set in brackets without keeping every step, but not a class.
      case "s" where !inClass: return "[\\s]"
      case "S" where !inClass: return "[^\\s]"
      case "v": return "\\x0B"
      case "b" where inClass: return "\\x08"
      case "b": return boundary(true)
      case "B": return boundary(false)
      case "O" where !inClass: return "[\(Set.anything)]"
      case "N" where !inClass: return "[^\\n]"
      case "K", "X", "y", "Y": throw Untranslatable(reason: "`\\\(character)` is not supported")
      case "p", "P", "x", "u", "k", "g":
        guard peek() == "{" || peek() == "<", let argument = bracketed() else {
          return "\\" + String(character)
        }
        if character == "p" || character == "P" {
          return property(argument, isInverted: character == "P")
        }
        return "\\" + String(character) + argument
      default: return "\\" + String(character)
      }
    }

    /// `\p{…}` or `\P{…}`; `\p{^L}` is the complement of `\p{L}`.
    private func property(_ argument: String, isInverted: Bool) -> String {
      var name = argument.dropFirst().dropLast()
      var isInverted = isInverted
      if name.first == "^" {
        name = name.dropFirst()
        isInverted.toggle()
      }
      guard let set = OnigurumaClasses.set(named: name) else {
        return (isInverted ? "\\P{" : "\\p{") + name + "}"
      }
      return isInverted ? OnigurumaClasses.inverted(set) : set
    }

    /// A place between two word characters or two others, or between unlike ones.
    private func boundary(_ isBoundary: Bool) -> String {
      let (same, other) = isBoundary ? ("!", "=") : ("=", "!")
      let set = "[\(Set.latin1Word)]"
      return "(?:(?<=\(set))(?\(same)\(set))|(?<!\(set))(?\(other)\(set)))"
    }

    /// `{…}` or `<…>` from the current position.
    private mutating func bracketed() -> String? {
      let closing: Character = peek() == "{" ? "}" : ">"
      guard let close = input[position...].firstIndex(of: closing) else { return nil }
      defer { position = close + 1 }
      return String(input[position...close])
    }

    // MARK: Classes

    private mutating func characterClass() throws(Untranslatable) -> String {
      var result = ""
      var depth = 0
      repeat {
        guard let character = peek() else {
          throw Untranslatable(reason: "premature end of a character class")
        }
        switch character {
        case "\\": result += try escape(inClass: true)
        case "[" where depth > 0 && input[position...].starts(with: "[:"):
          result += posixClass()
        case "[":
          depth += 1
          result += next()
          if peek() == "^" { result += next() }
          // A bracket that comes first is a literal.
          if peek() == "]" {
            position += 1
            result += "\\]"
          }
        case "]":
          depth -= 1
          result += next()
        case "-" where input[position...].starts(with: "--"):
          // The end of a range; two in a row take sets apart in ICU.
          position += 2
          result += "-\\-"
        default: result += next()
        }
      } while depth > 0
      return result
    }

    /// `[:alpha:]` and its like.
    private mutating func posixClass() -> String {
      guard let close = input[position...].firstIndex(of: "]") else { return next() }
      defer { position = close + 1 }
      let text = String(input[position...close])
      let isInverted = text.hasPrefix("[:^")
      let name = text.dropFirst(isInverted ? 3 : 2).dropLast(2)
      let set = name == "xdigit" ? Set.hexadecimal : OnigurumaClasses.set(bracketed: String(name))
      guard let set else { return text }
      return isInverted ? OnigurumaClasses.inverted(set) : "[" + set + "]"
    }

    // MARK: Reading and writing

    private func peek() -> Character? { position < input.count ? input[position] : nil }

    private mutating func next() -> String {
      defer { position += 1 }
      return String(input[position])
    }

    private mutating func appendAtom(_ text: String) {
      lastAtom = output.count
      isQuantified = false
      output.append(text)
    }
  }
}
