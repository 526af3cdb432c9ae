/// Translation of regular expressions from Oniguruma's Ruby syntax to ICU's.
///
/// The two agree on nearly everything that splitting patterns use. Where they do not, the meaning in
/// Oniguruma is kept:
/// - `x{n,m}+` is a repeated interval there, a possessive one in ICU;
/// - `\h` and `\H` are hexadecimal digits there, horizontal space in ICU;
/// - `\w` has no join controls there, and outside brackets it has the characters `²³¹¼½¾`;
/// - general categories and POSIX brackets are those of Unicode 16 there, and of ICU's version here;
/// - the inline option `m` lets the dot match newlines, which is `s` in ICU.
enum OnigurumaSyntax {
  /// - Throws: `NormalizationError.badPattern` for an unbalanced pattern.
  static func translated(_ pattern: String) throws(NormalizationError) -> String {
    var translator = Translator(pattern)
    do {
      return try translator.run()
    } catch {
      throw .badPattern(pattern: pattern, reason: error.reason)
    }
  }

  private struct Unbalanced: Error { var reason: String }

  private struct Translator {
    private let input: [Character]
    private var position = 0
    private var output: [String] = []
    /// Where in the output the last complete atom begins; `nil` after a quantifier or an alternative.
    private var lastAtom: Int?
    /// Where in the output each open group begins.
    private var openGroups: [Int] = []

    init(_ pattern: String) {
      // Scalars, not grapheme clusters: `\r\n` in a pattern is two characters.
      input = pattern.unicodeScalars.map(Character.init)
    }

    mutating func run() throws(Unbalanced) -> String {
      while let character = peek() {
        switch character {
        case "\\": beginAtom(try escape(inClass: false))
        case "[": beginAtom(try characterClass())
        case "(": openGroup()
        case ")":
          guard let start = openGroups.popLast() else { throw Unbalanced(reason: "unmatched `)`") }
          emit(next())
          lastAtom = start
        case "{": interval()
        case "*", "+", "?":
          emit(next())
          if let suffix = peek(), suffix == "+" || suffix == "?" { emit(next()) }
          lastAtom = nil
        case "|":
          emit(next())
          lastAtom = nil
        default: beginAtom(next())
        }
      }
      guard openGroups.isEmpty else { throw Unbalanced(reason: "missing `)`") }
      return output.joined()
    }

    // MARK: Parts

    private mutating func openGroup() {
      openGroups.append(output.count)
      lastAtom = nil
      emit(next())
      guard peek() == "?" else { return }
      emit(next())
      // Inline options up to `:` or `)`; a name or a look-around begins with another character.
      while let option = peek(), "imx-".contains(option) {
        emit(option == "m" ? "s" : String(option))
        position += 1
      }
      // The rest of `?<name>`, `?<=`, `?!` and so on must not be read as atoms or quantifiers.
      while let mark = peek(), "<=!:>".contains(mark) { emit(next()) }
    }

    /// `{n}`, `{n,}`, `{,m}` or `{n,m}`, with what may follow; otherwise a literal brace.
    private mutating func interval() {
      guard let bounds = intervalBounds() else {
        position += 1
        beginAtom("\\{")
        return
      }
      position += bounds.length
      emit(bounds.text)
      if peek() == "+", let start = lastAtom {
        position += 1
        output[start] = "(?:" + output[start]
        emit(")+")
      } else if peek() == "?" {
        emit(next())
      }
      lastAtom = nil
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

    private mutating func escape(inClass: Bool) throws(Unbalanced) -> String {
      position += 1
      guard let character = peek() else { throw Unbalanced(reason: "`\\` at the end") }
      position += 1
      switch character {
      case "h": return inClass ? "0-9A-Fa-f" : "[0-9A-Fa-f]"
      case "H": return "[^0-9A-Fa-f]"
      case "w": return inClass ? OnigurumaClasses.words : OnigurumaClasses.wordsAlone
      case "W":
        return OnigurumaClasses.inverted(
          inClass ? OnigurumaClasses.words : OnigurumaClasses.wordsAlone)
      case "d": return OnigurumaClasses.digits
      case "D": return OnigurumaClasses.inverted(OnigurumaClasses.digits)
      case "p", "P", "x", "u", "k", "g", "N":
        guard peek() == "{" || peek() == "<", let argument = bracketed() else {
          return "\\" + String(character)
        }
        if character.lowercased() == "p" { return property(argument, isInverted: character == "P") }
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

    /// `{…}` or `<…>` from the current position.
    private mutating func bracketed() -> String? {
      let closing: Character = peek() == "{" ? "}" : ">"
      guard let close = input[position...].firstIndex(of: closing) else { return nil }
      defer { position = close + 1 }
      return String(input[position...close])
    }

    private mutating func characterClass() throws(Unbalanced) -> String {
      var result = ""
      var depth = 0
      repeat {
        guard let character = peek() else {
          throw Unbalanced(reason: "premature end of a character class")
        }
        switch character {
        case "\\": result += try escape(inClass: true)
        case "[" where depth > 0 && input[position...].starts(with: "[:"):
          result += posixClass()
        case "[":
          depth += 1
          result.append(next())
          if peek() == "^" { result.append(next()) }
          // A bracket that comes first is a literal.
          if peek() == "]" {
            position += 1
            result += "\\]"
          }
        case "]":
          depth -= 1
          result.append(next())
        default: result.append(next())
        }
      } while depth > 0
      return result
    }

    private mutating func posixClass() -> String {
      guard let close = input[position...].firstIndex(of: "]") else { return String(next()) }
      defer { position = close + 1 }
      var name = input[(position + 2)..<close].filter { $0 != ":" }
      let isInverted = name.first == "^"
      if isInverted { name.removeFirst() }
      guard let set = OnigurumaClasses.set(bracketed: String(name)) else {
        return String(input[position...close])
      }
      return isInverted ? OnigurumaClasses.inverted(set) : set
    }

    // MARK: Reading and writing

    private func peek() -> Character? { position < input.count ? input[position] : nil }

    private mutating func next() -> String {
      defer { position += 1 }
      return String(input[position])
    }

    private mutating func emit(_ text: String) { output.append(text) }

    private mutating func beginAtom(_ text: String) {
      lastAtom = output.count
      emit(text)
    }
  }
}
