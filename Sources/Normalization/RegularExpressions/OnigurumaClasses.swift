/// The character classes of Oniguruma as explicit sets in ICU's notation.
///
/// Oniguruma has the tables of Unicode 16. ICU's own depend on what the system has installed.
enum OnigurumaClasses {
  /// `\w` inside brackets, and `[[:word:]]`.
  static let words = notation(ScalarSet(bounds: RegularExpressionTables.words).ranges)

  static let digits = set(of: [.nd])

  private static let alphabetic = notation(
    ScalarSet(bounds: RegularExpressionTables.alphabetic).ranges)

  private static let han = notation(ScalarSet(bounds: RegularExpressionTables.han).ranges)

  /// The complement of a set.
  static func inverted(_ set: String) -> String { "[^" + set + "]" }

  /// The set of `\p{name}` for a general category or Han, `nil` for any other property.
  ///
  /// Case, spaces, hyphens and underscores in the name do not count.
  static func set(named name: some StringProtocol) -> String? {
    let plain = String(name.filter { $0 != " " && $0 != "-" && $0 != "_" }).lowercased()
    switch plain {
    case "alpha", "alphabetic": return alphabetic
    case "word": return words
    case "han": return han
    case "digit": return digits
    case "alnum": return "[" + alphabetic + digits + "]"
    case "punct": return categoryNames["p"].map(set(of:))
    default: return categoryNames[plain].map(set(of:))
    }
  }

  /// The set of `[[:name:]]`, where it depends on the version of Unicode; `nil` for any other.
  static func set(bracketed name: String) -> String? {
    switch name {
    case "punct": set(of: (categoryNames["p"] ?? []) + (categoryNames["s"] ?? []))
    case "upper", "lower": nil
    default: set(named: name)
    }
  }

  // MARK: Categories

  private static func set(of categories: [GeneralCategory]) -> String {
    var ranges: [ClosedRange<UInt32>] = []
    for (range, category) in GeneralCategory.runs where categories.contains(category) {
      if let last = ranges.last, last.upperBound + 1 == range.lowerBound {
        ranges[ranges.count - 1] = last.lowerBound...range.upperBound
      } else {
        ranges.append(range)
      }
    }
    return notation(ranges)
  }

  private static func notation(_ ranges: [ClosedRange<UInt32>]) -> String {
    func point(_ value: UInt32) -> String { "\\x{" + String(value, radix: 16) + "}" }
    let parts = ranges.map { range in
      range.count == 1
        ? point(range.lowerBound)
        : point(range.lowerBound) + "-" + point(range.upperBound)
    }
    return "[" + parts.joined() + "]"
  }

  /// Short and long names of categories and of groups of them.
  private static let categoryNames: [String: [GeneralCategory]] = {
    var names: [String: [GeneralCategory]] = [:]
    for category in GeneralCategory.allCases {
      let short = "\(category)"
      names[short] = [category]
      names[String(short.prefix(1)), default: []].append(category)
    }
    let longNames = [
      "letter": "l", "uppercaseletter": "lu", "lowercaseletter": "ll", "titlecaseletter": "lt",
      "modifierletter": "lm", "otherletter": "lo", "mark": "m", "nonspacingmark": "mn",
      "spacingmark": "mc", "enclosingmark": "me", "number": "n", "decimalnumber": "nd",
      "letternumber": "nl", "othernumber": "no", "punctuation": "p", "connectorpunctuation": "pc",
      "dashpunctuation": "pd", "openpunctuation": "ps", "closepunctuation": "pe",
      "initialpunctuation": "pi", "finalpunctuation": "pf", "otherpunctuation": "po",
      "symbol": "s", "mathsymbol": "sm", "currencysymbol": "sc", "modifiersymbol": "sk",
      "othersymbol": "so", "separator": "z", "spaceseparator": "zs", "lineseparator": "zl",
      "paragraphseparator": "zp", "other": "c", "control": "cc", "format": "cf",
      "privateuse": "co", "unassigned": "cn",
    ]
    for (long, short) in longNames { names[long] = names[short] }
    return names
  }()
}
