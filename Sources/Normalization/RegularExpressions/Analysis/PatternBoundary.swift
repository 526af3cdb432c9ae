/// What a splitting pattern does between an ASCII letter and white space after it.
public enum PatternBoundary: Sendable, Equatable {
  /// Every letter is in a match, and no match goes on to the white space: a match ends there.
  case always
  /// No match goes across, and the matches on either side do not depend on the other side.
  case neverCrossed
  /// Nothing is known.
  case unknown

  /// Examines a pattern.
  ///
  /// Of the positions of the pattern (Glushkov 1961) it asks which can follow which. Where none that
  /// takes the white space can follow one that takes a letter, a search that has come to the place
  /// between them goes on as it would at the end of the text. Assertions look at one scalar, and none
  /// may stand where a letter has just been taken.
  ///
  /// - Parameter space: the white space, in the form that the pattern sees.
  public init(_ pattern: TextPattern, before space: Unicode.Scalar) {
    switch pattern {
    case .literal: self = .unknown
    case .regex(let pattern), .fancyRegex(let pattern):
      self = Self.examine(pattern, before: space)
    }
  }

  /// Whether the pattern is one of the widespread ones, of which the same is known for every letter.
  public static func isWordPattern(_ pattern: TextPattern) -> Bool {
    guard case .regex(let pattern) = pattern else { return false }
    return WordPattern(pattern) != nil
  }

  private static let letters: [Unicode.Scalar] =
    (UInt8(0x41)...0x5A).map(Unicode.Scalar.init)
    + (UInt8(0x61)...0x7A).map(Unicode.Scalar.init)

  private static func examine(_ pattern: String, before space: Unicode.Scalar) -> PatternBoundary {
    guard let node = PatternParser.parse(pattern) else { return .unknown }
    var positions = PatternPositions()
    let whole = positions.add(node)
    guard !whole.isEmpty else { return .unknown }
    for (first, second) in positions.followers {
      let takesLetter = letters.contains { positions.classes[first]?.contains($0) ?? false }
      guard takesLetter else { continue }
      guard let next = positions.classes[second] else { return .unknown }
      if next.contains(space) { return .unknown }
    }
    return matchesEveryLetter(node) ? .always : .neverCrossed
  }

  /// Whether for each letter one of the branches matches it alone, whatever follows.
  private static func matchesEveryLetter(_ node: PatternNode) -> Bool {
    var branches = [node]
    if case .choice(let choices) = node { branches = choices }
    return letters.allSatisfy { letter in branches.contains { matches(letter, branch: $0) } }
  }

  /// Whether a branch has one part that must be there and takes the letter, and others that need not.
  private static func matches(_ letter: Unicode.Scalar, branch: PatternNode) -> Bool {
    guard case .sequence(let items) = branch else { return false }
    var hasCore = false
    for item in items {
      switch item {
      case .repetition(let inner, minimum: 0, let isPossessive):
        // What is taken for good before the core may be the letter that the core needs.
        if isPossessive, !hasCore, !excludes(letter, inner) { return false }
      case .repetition(let inner, minimum: 1, _):
        guard !hasCore, takes(letter, inner) else { return false }
        hasCore = true
      case .scalar:
        guard !hasCore, takes(letter, item) else { return false }
        hasCore = true
      case .repetition, .sequence, .choice, .assertion: return false
      }
    }
    return hasCore
  }

  private static func takes(_ letter: Unicode.Scalar, _ node: PatternNode) -> Bool {
    guard case .scalar(let set) = node else { return false }
    return set.contains(letter)
  }

  private static func excludes(_ letter: Unicode.Scalar, _ node: PatternNode) -> Bool {
    guard case .scalar(let set) = node else { return false }
    return !set.contains(letter)
  }
}

/// The positions of a pattern and which of them can follow which.
private struct PatternPositions {
  /// What each position takes; `nil` for an assertion.
  private(set) var classes: [PatternClass?] = []
  private(set) var followers: [(first: Int, second: Int)] = []

  /// A part of the pattern: where it can begin and end, and whether it can be empty.
  struct Part {
    var isEmpty: Bool
    var first: [Int]
    var last: [Int]
  }

  mutating func add(_ node: PatternNode) -> Part {
    switch node {
    case .scalar(let set): return single(set)
    case .assertion:
      var part = single(nil)
      part.isEmpty = true
      return part
    case .choice(let branches):
      var result = Part(isEmpty: false, first: [], last: [])
      for branch in branches {
        let part = add(branch)
        result.isEmpty = result.isEmpty || part.isEmpty
        result.first += part.first
        result.last += part.last
      }
      return result
    case .sequence(let items):
      var result = Part(isEmpty: true, first: [], last: [])
      for item in items { result = join(result, add(item)) }
      return result
    case .repetition(let inner, let minimum, _):
      var part = add(inner)
      // Whether it can be repeated does not matter: more followers only mean less is known.
      connect(part.last, part.first)
      part.isEmpty = part.isEmpty || minimum == 0
      return part
    }
  }

  private mutating func single(_ set: PatternClass?) -> Part {
    classes.append(set)
    return Part(isEmpty: false, first: [classes.count - 1], last: [classes.count - 1])
  }

  private mutating func join(_ left: Part, _ right: Part) -> Part {
    connect(left.last, right.first)
    return Part(
      isEmpty: left.isEmpty && right.isEmpty,
      first: left.isEmpty ? left.first + right.first : left.first,
      last: right.isEmpty ? left.last + right.last : right.last)
  }

  private mutating func connect(_ left: [Int], _ right: [Int]) {
    for first in left { for second in right { followers.append((first, second)) } }
  }
}
