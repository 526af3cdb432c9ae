internal import Tensors

/// Orthogonal matching pursuit of one target by its residual: the route without a Gram matrix.
///
/// The correlations of all atoms with the residual are computed outside, for many targets in one
/// product; between two such products this takes an atom and computes the new residual, in double
/// precision from the atoms themselves.
struct ResidualPursuit {
  private let rules: PursuitRules
  private let target: [Double]
  private let norm: Double
  private var atoms: [Int32] = []
  private var passedOver: [Int] = []
  private var cholesky = ProgressiveCholesky()
  /// The products of the selected unit atoms with the target.
  private var products: [Double] = []
  private var squaredResidual = 1.0
  /// What the selected atoms leave of the target, which has norm 1.
  private var exactResidual: [Double]
  /// Whether the pursuit has ended.
  private(set) var isDone = false

  /// - Parameters:
  ///   - target: a vector of norm 1.
  ///   - norm: its norm before it was made 1.
  init(_ rules: PursuitRules, target: [Double], norm: Double) {
    self.rules = rules
    self.target = target
    self.norm = norm
    exactResidual = target
    isDone = !rules.continues([], squaredResidual: 1)
  }

  /// The residual in the precision of the products.
  var residual: [Float] { exactResidual.map { Float($0) } }

  /// Takes the atom that correlates best with the residual, or passes it over, or ends the pursuit.
  ///
  /// - Parameter correlations: those of the unit atoms with `residual`; overwritten.
  mutating func step(_ correlations: UnsafeMutableBufferPointer<Float>) {
    for atom in atoms { correlations[Int(atom)] = 0 }
    for atom in passedOver { correlations[atom] = 0 }
    let contenders = rules.weights.withUnsafeBufferPointer { weights in
      CorrelationScan.contenders(
        UnsafeBufferPointer(correlations), weights: weights,
        margin: rules.margin(magnitude: Float(squaredResidual.squareRoot())))
    }
    guard let match = rules.strongest(contenders.matches, residual: { exactResidual }),
      rules.isMeaningful(Double(match.correlation), squaredResidual: squaredResidual)
    else {
      isDone = true
      return
    }
    take(match.index)
    isDone = !rules.continues(atoms, squaredResidual: squaredResidual)
  }

  /// The code of what has been selected.
  func code() -> SparseCode {
    guard !atoms.isEmpty else {
      return SparseCode(atoms: [], coefficients: [], relativeResidual: 1)
    }
    return SupportSolution(target, over: atoms, of: rules.dictionary)
      .code(atoms, norm: norm, of: rules.dictionary)
  }

  private mutating func take(_ atom: Int) {
    var unit = [Double](repeating: 0, count: target.count)
    unit.withUnsafeMutableBufferPointer { unit in
      rules.dictionary.atoms.withRow(atom) { row in
        ResidualKernels.subtract(row, times: -1 / rules.dictionary.norms[atom], from: unit)
      }
    }
    let addition = cholesky.row(for: atoms.map { rules.correlation(Int($0), with: unit) })
    guard addition.pivot > PursuitRules.smallestPivot else {
      passedOver.append(atom)
      return
    }
    atoms.append(Int32(atom))
    cholesky.append(addition)
    products.append(rules.correlation(atom, with: target))
    updateResidual(coefficients: cholesky.solve(products))
  }

  private mutating func updateResidual(coefficients: [Double]) {
    var exact = target
    exact.withUnsafeMutableBufferPointer { vector in
      for (atom, coefficient) in zip(atoms, coefficients) {
        let factor = coefficient / rules.dictionary.norms[Int(atom)]
        rules.dictionary.atoms.withRow(Int(atom)) { row in
          ResidualKernels.subtract(row, times: factor, from: vector)
        }
      }
    }
    squaredResidual = exact.reduce(0) { $0 + $1 * $1 }
    exactResidual = exact
  }
}
