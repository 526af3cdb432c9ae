internal import Tensors

/// A state of a pursuit in which an atom was chosen among candidates, for the check with all others.
struct PursuitState {
  /// The coefficients of the selected atoms, in the Gram matrix's unit: two per line of a panel.
  let factors: [Float]
  /// How far below the best score another one may lie and still be larger in truth.
  let margin: Float
  /// What the candidates have to offer.
  let contenders: CorrelationScan.Contenders
  /// `factors` as integers.
  let integers: [Int16]
  /// What `integers` count for.
  let scale: Float
  /// How much less a score with `integers` may be than one with `factors`.
  let allowance: Float

  /// - Parameters:
  ///   - coefficients: those of the selected atoms, γ.
  ///   - largestWeight: that of all atoms.
  init(
    _ coefficients: [Double], margin: Float, largestWeight: Float,
    contenders: CorrelationScan.Contenders
  ) {
    factors = Self.factors(coefficients)
    self.margin = margin
    self.contenders = contenders
    let sum = coefficients.reduce(0) { $0 + $1.magnitude }
    let largest = coefficients.reduce(0) { max($0, $1.magnitude) }
    // Products with elements of the Gram matrix, which are below 2¹⁵, must add up to less than 2³¹, and
    // rounding may add a half to each factor.
    let room = Double(65_000 - coefficients.count)
    let resolution = sum > 0 ? min(room / sum, 32_766 / largest) : 1
    var integers = coefficients.map { Int16(($0 * resolution).rounded()) }
    let error = zip(coefficients, integers).reduce(0) {
      $0 + ($1.0 - Double($1.1) / resolution).magnitude
    }
    if integers.count % 2 != 0 { integers.append(0) }
    self.integers = integers
    scale = Float(Double(UnitGram.unit) / resolution)
    // No product of unit vectors is above 1; a part in 10⁵ is far more than floats get wrong.
    allowance = Float(error + 1e-5 * (sum + 1)) * largestWeight
  }

  /// The score that an atom needs to be a contender.
  var bound: Float { max(contenders.bestScore - margin, .leastNonzeroMagnitude) }

  /// The score with `integers` that an atom needs to be looked at.
  var integerBound: Float { max(bound - allowance, .leastNonzeroMagnitude) }

  /// Coefficients in the Gram matrix's unit, two per line.
  static func factors(_ coefficients: [Double]) -> [Float] {
    var factors = coefficients.map { Float($0) * UnitGram.unit }
    if factors.count % 2 != 0 { factors.append(0) }
    return factors
  }
}
