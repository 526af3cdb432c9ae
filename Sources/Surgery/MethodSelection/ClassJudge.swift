internal import Tensors

/// A class of tokens with a method of its own.
typealias ClassException = (tokenClass: TokenClass, method: String, heldOut: Int)

/// Finds the classes of tokens for which another method than the best is clearly better.
protocol ClassJudge {
  /// - Parameters:
  ///   - best: the method for all tokens.
  ///   - all: everything that was tried, the best first.
  ///   - judge: the losses of other rows.
  func exceptions(
    to best: MethodComparison.Scored, among all: [MethodComparison.Scored],
    judge: (Matrix) throws -> [Double]
  ) throws -> [ClassException]
}

/// The judge for a criterion with a loss per token: each class is compared on its own tokens.
struct TokenwiseJudge: ClassJudge {
  let classes: [TokenClass]

  /// The fewest held-out tokens by which a class can have a method of its own.
  private static let smallestClass = 24

  func exceptions(
    to best: MethodComparison.Scored, among all: [MethodComparison.Scored],
    judge: (Matrix) throws -> [Double]
  ) -> [ClassException] {
    TokenClass.allCases.compactMap { tokenClass in
      let members = classes.indices.filter { classes[$0] == tokenClass }
      guard members.count >= Self.smallestClass else { return nil }
      func total(_ scored: MethodComparison.Scored) -> Double {
        members.reduce(0) { $0 + scored.losses[$1] }
      }
      let ranked = all.min { (total($0), $0.name) < (total($1), $1.name) }
      guard let ranked, ranked.name != best.name,
        Significance.isClear(members.map { best.losses[$0] - ranked.losses[$0] })
      else { return nil }
      return (tokenClass, ranked.name, members.count)
    }
  }
}

/// The judge for a criterion with a loss per document: the rows of one class are exchanged.
struct DocumentwiseJudge: ClassJudge {
  /// The class of each target, where it is a text.
  let classes: [TokenClass?]
  /// How often each target occurs in the documents.
  let occurrences: [Int]

  /// The fewest occurrences, and the least share of them, by which a class can have a method of its own.
  private static let fewestOccurrences = 24
  private static let smallestShare = 0.05
  /// How many methods are tried for a class.
  private static let tries = 2
  /// The standard errors by which a class must gain: what the base writes is not quite what it will read,
  /// so a small gain on it may be a loss elsewhere.
  private static let errors = 4.0

  func exceptions(
    to best: MethodComparison.Scored, among all: [MethodComparison.Scored],
    judge: (Matrix) throws -> [Double]
  ) throws -> [ClassException] {
    let total = occurrences.reduce(0, +)
    var result: [ClassException] = []
    let others = all.filter { $0.parts.count == 1 && $0.name != best.name }.prefix(Self.tries)
    for tokenClass in TokenClass.allCases {
      let members = classes.indices.filter { classes[$0] == tokenClass }
      let count = members.reduce(0) { $0 + occurrences[$1] }
      // A class that is nearly everything is what the best method was chosen for.
      guard count >= Self.fewestOccurrences, Double(count) >= Self.smallestShare * Double(total),
        Double(count) < 0.9 * Double(total)
      else { continue }
      var choice: (method: String, gain: Double)?
      for other in others {
        var rows = best.rows
        for member in members {
          rows.setRow(member, to: other.rows, row: member)
        }
        let gains = zip(best.losses, try judge(rows)).map { $0 - $1 }
        let gain = gains.reduce(0, +)
        if gain > choice?.gain ?? 0, Significance.isClear(gains, errors: Self.errors) {
          choice = (other.name, gain)
        }
      }
      if let choice { result.append((tokenClass, choice.method, count)) }
    }
    return result
  }
}

enum Significance {
  /// Whether the mean is above 0 by more than so many standard errors. The best of several is chosen by
  /// its luck too, hence two at least.
  static func isClear(_ gains: [Double], errors: Double = 2) -> Bool {
    guard gains.count > 1 else { return false }
    let count = Double(gains.count)
    let mean = gains.reduce(0, +) / count
    let variance = gains.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
    return mean > errors * (variance / count).squareRoot()
  }
}
