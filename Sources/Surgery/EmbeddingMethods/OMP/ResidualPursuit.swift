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
    let addition = cholesky.row(for: atoms.map { unitProduct(Int($0), atom) })
    guard addition.pivot > PursuitRules.smallestPivot else {
      passedOver.append(atom)
      return
    }
    atoms.append(Int32(atom))
    cholesky.append(addition)
    products.append(productWithTarget(atom))
    updateResidual(coefficients: cholesky.solve(products))
  }

  private func unitProduct(_ left: Int, _ right: Int) -> Double {
    let dictionary = rules.dictionary
    let product = dictionary.atoms.withRow(left) { left in
      dictionary.atoms.withRow(right) { right in ResidualKernels.dot(left, right) }
    }
    return product / (dictionary.norms[left] * dictionary.norms[right])
  }

  private func productWithTarget(_ atom: Int) -> Double {
    let product = rules.dictionary.atoms.withRow(atom) { row in
      zip(row, target).reduce(0.0) { $0 + Double($1.0) * $1.1 }
    }
    return product / rules.dictionary.norms[atom]
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
