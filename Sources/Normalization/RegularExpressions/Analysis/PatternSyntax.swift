/// What a splitting pattern is made of, as far as `PatternBoundary` has to know.
indirect enum PatternNode {
  /// One scalar of a class.
  case scalar(PatternClass)
  case sequence([PatternNode])
  case choice([PatternNode])
  /// `isPossessive` where nothing that has been taken is given back.
  case repetition(PatternNode, minimum: Int, isPossessive: Bool)
  /// The end of a text or line, or one scalar of lookahead: takes nothing.
  case assertion
}

/// A set of scalars as a pattern describes it.
indirect enum PatternClass {
  case range(ClosedRange<UInt32>)
  /// A literal that stands for both cases.
  case caseless(Unicode.Scalar)
  case whitespace
  case word
  case digit
  case categories(Set<UInt8>)
  case union([PatternClass])
  case not(PatternClass)

  /// Whether an ASCII scalar is in the class.
  func contains(_ scalar: Unicode.Scalar) -> Bool {
    switch self {
    case .range(let range): range.contains(scalar.value)
    case .caseless(let literal): Self.lowercased(literal) == Self.lowercased(scalar)
    case .whitespace: ScalarProperties.isWhitespace(scalar)
    case .word: ScalarProperties.isWord(scalar)
    case .digit: (0x30...0x39).contains(scalar.value)
    case .categories(let categories): categories.contains(Self.category(scalar).rawValue)
    case .union(let parts): parts.contains { $0.contains(scalar) }
    case .not(let part): !part.contains(scalar)
    }
  }

  private static func lowercased(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    LowercaseMapping.first(of: scalar)
  }

  private static func category(_ scalar: Unicode.Scalar) -> GeneralCategory {
    GeneralCategory.runs.first { $0.range.contains(scalar.value) }?.category ?? .cn
  }
}

/// Reads a pattern. What it does not know it refuses, so that nothing is concluded from it.
struct PatternParser {
  struct Unsupported: Error {}

  private let scalars: [Unicode.Scalar]
  private var position = 0
  private var ignoresCase = false

  /// - Returns: `nil` for a pattern that uses what is not known here.
  static func parse(_ pattern: String) -> PatternNode? {
    var parser = PatternParser(scalars: Array(pattern.unicodeScalars))
    guard let node = try? parser.choice(), parser.position == parser.scalars.count else {
      return nil
    }
    return node
  }

  private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  private mutating func take(_ text: String) -> Bool {
    let wanted = Array(text.unicodeScalars)
    guard scalars[position...].starts(with: wanted) else { return false }
    position += wanted.count
    return true
  }

  private mutating func takeNext() throws(Unsupported) -> Unicode.Scalar {
    guard let scalar = next else { throw Unsupported() }
    position += 1
    return scalar
  }

  private mutating func choice() throws(Unsupported) -> PatternNode {
    var branches = [try sequence()]
    while take("|") { branches.append(try sequence()) }
    return branches.count == 1 ? branches[0] : .choice(branches)
  }

  private mutating func sequence() throws(Unsupported) -> PatternNode {
    var items: [PatternNode] = []
    while let scalar = next, scalar != "|", scalar != ")" {
      let atom = try atom()
      items.append(try quantified(atom))
    }
    return .sequence(items)
  }

  private mutating func quantified(_ atom: PatternNode) throws(Unsupported) -> PatternNode {
    var minimum = 1
    if take("?") || take("*") {
      minimum = 0
    } else if take("{") {
      var digits = ""
      while let scalar = next, scalar != "}", scalar != "," {
        digits.unicodeScalars.append(try takeNext())
      }
      while let scalar = next, scalar != "}" {
        guard scalar == "," || (0x30...0x39).contains(scalar.value) else { throw Unsupported() }
        position += 1
      }
      guard take("}"), let number = Int(digits) else { throw Unsupported() }
      minimum = number
    } else if !take("+") {
      return atom
    }
    let isPossessive = take("+")
    if !isPossessive { _ = take("?") }
    return .repetition(atom, minimum: minimum, isPossessive: isPossessive)
  }

  private mutating func atom() throws(Unsupported) -> PatternNode {
    if take("(?i:") || take("(?i)") {
      // A flag without a group of its own holds to the end of the group around it.
      guard scalars[position - 1] == ":" else { throw Unsupported() }
      let outer = ignoresCase
      ignoresCase = true
      defer { ignoresCase = outer }
      return try group()
    }
    if take("(?:") { return try group() }
    if take("(?!") || take("(?=") {
      guard case .sequence(let items) = try group(), items.count == 1, case .scalar = items[0]
      else { throw Unsupported() }
      return .assertion
    }
    if take("(") {
      if next == "?" { throw Unsupported() }
      return try group()
    }
    if take("[") { return .scalar(try bracket()) }
    if take("$") { return .assertion }
    if take("\\") { return .scalar(try escape()) }
    let scalar = try takeNext()
    switch scalar {
    case ".": return .scalar(.not(.range(0x0A...0x0A)))
    case "^", "*", "+", "?", "{", ")": throw Unsupported()
    default: return .scalar(literal(scalar))
    }
  }

  private mutating func group() throws(Unsupported) -> PatternNode {
    let node = try choice()
    guard take(")") else { throw Unsupported() }
    return node
  }

  private func literal(_ scalar: Unicode.Scalar) -> PatternClass {
    ignoresCase ? .caseless(scalar) : .range(scalar.value...scalar.value)
  }

  // MARK: Classes

  /// What follows a backslash.
  private mutating func escape() throws(Unsupported) -> PatternClass {
    let scalar = try takeNext()
    switch scalar {
    case "s": return .whitespace
    case "S": return .not(.whitespace)
    case "w": return .word
    case "W": return .not(.word)
    case "d": return .digit
    case "D": return .not(.digit)
    case "n": return .range(0x0A...0x0A)
    case "r": return .range(0x0D...0x0D)
    case "t": return .range(0x09...0x09)
    case "p", "P":
      let property = try category()
      return scalar == "p" ? property : .not(property)
    default:
      // A letter or digit after a backslash means something that is not known here.
      guard scalar.isASCII, !ScalarProperties.isWord(scalar) else { throw Unsupported() }
      return literal(scalar)
    }
  }

  private mutating func category() throws(Unsupported) -> PatternClass {
    var name = ""
    if take("{") {
      while let scalar = next, scalar != "}" { name.unicodeScalars.append(try takeNext()) }
      guard take("}") else { throw Unsupported() }
    } else {
      name.unicodeScalars.append(try takeNext())
    }
    let wanted = GeneralCategory.allCases.filter {
      "\($0)" == name.lowercased() || "\($0)".prefix(1) == name.lowercased()
    }
    guard !wanted.isEmpty else { throw Unsupported() }
    return .categories(Set(wanted.map(\.rawValue)))
  }

  /// What follows an opening bracket.
  private mutating func bracket() throws(Unsupported) -> PatternClass {
    let isNegated = take("^")
    var parts: [PatternClass] = []
    repeat {
      if take("&&") { throw Unsupported() }
      if take("[") {
        if next == ":" { throw Unsupported() }
        parts.append(try bracket())
      } else if take("\\") {
        parts.append(try escape())
      } else {
        let first = try takeNext()
        if next == "-", position + 1 < scalars.count, scalars[position + 1] != "]" {
          position += 1
          var last = try takeNext()
          if last == "\\" { last = try takeNext() }
          guard first.value <= last.value, last.value > 0x7F || !ignoresCase else {
            throw Unsupported()
          }
          parts.append(.range(first.value...last.value))
        } else {
          parts.append(literal(first))
        }
      }
    } while next != "]"
    position += 1
    return isNegated ? .not(.union(parts)) : .union(parts)
  }
}
