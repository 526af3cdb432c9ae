internal import Glibc

extension PieceModel {
  /// Pieces expected less often than this are dropped.
  static let leastExpectedCount = 0.5

  /// Sets the scores from expected counts (the M step) and drops rare pieces; returns the new numbers
  /// of the pieces, −1 for dropped ones.
  ///
  /// Reproduces `Trainer::RunMStep`: instead of the logarithm stands the digamma function, the mean
  /// under a Dirichlet process prior, which takes from rare pieces (Liang and Klein 2007).
  mutating func maximize(_ expected: [Double]) -> [Int32] {
    let isKept = expected.map { $0 >= Self.leastExpectedCount }
    var sum = 0.0
    for piece in expected.indices where isKept[piece] { sum += expected[piece] }
    let whole = digamma(sum)
    for piece in expected.indices where isKept[piece] {
      scores[piece] = digamma(expected[piece]) - whole
    }
    return keep(isKept)
  }
}

/// The logarithmic derivative of the gamma function for positive arguments: recurrence up to 7, then
/// the asymptotic series around x − ½.
func digamma(_ argument: Double) -> Double {
  var x = argument
  var result = 0.0
  while x < 7 {
    result -= 1 / x
    x += 1
  }
  x -= 0.5
  let square = 1 / (x * x)
  let series = 1 / 24.0 - square * (7 / 960.0 - square * (31 / 8064.0 - square * 127 / 30720.0))
  return result + log(x) + square * series
}
