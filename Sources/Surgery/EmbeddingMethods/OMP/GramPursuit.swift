internal import Tensors

/// Batch-OMP: the route with a Gram matrix of all atoms.
///
/// Rubinstein, Zibulevsky & Elad, "Efficient Implementation of the K-SVD Algorithm using Batch
/// Orthogonal Matching Pursuit" (2008), algorithm 2. Correlations with the residual come from
/// α = α⁰ − G_I γ, where α⁰ are those with the target, so that no step touches a vector of length d.
///
/// α is a difference of `Float`s: its error is relative to the target, not to what is left of it. So
/// the pursuit starts afresh from an exact residual whenever that has become much smaller than where
/// the current α⁰ was taken (an iterative refinement that real embeddings, of which tens of percent are
/// left, never need), and when an atom is nearly dependent on the ones before it.
///
/// The buffers are lent for the time of one pursuit by `OrthogonalMatchingPursuit`, which makes one of
/// these per target and drops it before they go.
struct GramPursuit {
  private let rules: PursuitRules
  /// The Gram matrix of the unit atoms.
  private let gram: UnsafeBufferPointer<Float>
  private let inverseNorms: [Float]
  private let target: [Double]
  /// The unit atoms' correlations with the residual at the last fresh start: α⁰, one per atom. NaN
  /// marks an atom that is selected or passed over.
  private let base: UnsafeMutableBufferPointer<Float>

  private var atoms: [Int32] = []
  private var passedOver: [Int] = []
  private var cholesky = ProgressiveCholesky()
  /// α⁰ of the selected atoms.
  private var products: [Double] = []
  /// The coefficients of the selected atoms that have been added since the fresh start: γ.
  private var factors: [Double] = []
  private var squaredBaseResidual = 1.0
  private var squaredResidual = 1.0
  /// The exact solution for `atoms`, while they are the ones it was computed for.
  private var exact: SupportSolution?

  /// The share of the squared residual at the last fresh start below which another one is due.
  private static let refreshShare = 1e-3
  /// A pivot below this is computed exactly.
  private static let uncertainPivot = 1e-3

  /// - Parameters:
  ///   - target: a vector of norm 1.
  ///   - correlations: those of the unit atoms with the target; overwritten.
  init(
    _ rules: PursuitRules, gram: UnsafeBufferPointer<Float>, inverseNorms: [Float],
    target: [Double], correlations: UnsafeMutableBufferPointer<Float>
  ) {
    self.rules = rules
    self.gram = gram
    self.inverseNorms = inverseNorms
    self.target = target
    base = correlations
  }

  /// Selects atoms until the rules end it.
  ///
  /// - Parameter norm: the norm of the target before it was made 1.
  mutating func run(norm: Double) -> SparseCode {
    while rules.continues(atoms, squaredResidual: squaredResidual), let match = select(),
      rules.isMeaningful(Double(match.correlation), squaredResidual: squaredResidual)
    {
      take(match.index)
    }
    guard !atoms.isEmpty else {
      return SparseCode(atoms: [], coefficients: [], relativeResidual: 1)
    }
    let solution = exact ?? SupportSolution(target, over: atoms, of: rules.dictionary)
    return solution.code(atoms, norm: norm, of: rules.dictionary)
  }

  private func select() -> CorrelationScan.Match? {
    let factors = factors.map { Float($0) }
    let magnitude = factors.reduce(Float(squaredBaseResidual.squareRoot())) { $0 + $1.magnitude }
    let contenders = rules.weights.withUnsafeBufferPointer { weights in
      CorrelationScan.contenders(
        base: UnsafeBufferPointer(base), rows: atoms.compactMap { gramRow(Int($0)).baseAddress },
        factors: factors, weights: weights, margin: rules.margin(magnitude: magnitude))
    }
    return rules.strongest(contenders, residual: exactResidual)
  }

  private func exactResidual() -> [Double] {
    if atoms.isEmpty { return target }
    return (exact ?? SupportSolution(target, over: atoms, of: rules.dictionary)).residual
  }

  private func gramRow(_ atom: Int) -> UnsafeBufferPointer<Float> {
    let count = rules.dictionary.count
    return UnsafeBufferPointer(rebasing: gram[(atom * count)..<((atom + 1) * count)])
  }

  /// Adds `atom` to the selected ones, or passes it over.
  private mutating func take(_ atom: Int) {
    let row = gramRow(atom)
    let addition = cholesky.row(for: atoms.map { Double(row[Int($0)]) })
    if addition.pivot < Self.uncertainPivot {
      takeExactly(atom)
    } else {
      exact = nil
      atoms.append(Int32(atom))
      cholesky.append(addition)
      products.append(Double(base[atom]))
      base[atom] = .nan
      factors = cholesky.solve(products)
      squaredResidual = zip(products, factors).reduce(squaredBaseResidual) { $0 - $1.0 * $1.1 }
      if squaredResidual < Self.refreshShare * squaredBaseResidual {
        refresh(from: SupportSolution(target, over: atoms, of: rules.dictionary))
      }
    }
  }

  /// Adds an atom that is nearly dependent on the selected ones, or passes it over when it is too near.
  private mutating func takeExactly(_ atom: Int) {
    let solution = SupportSolution(target, over: atoms + [Int32(atom)], of: rules.dictionary)
    guard solution.lastPivot > PursuitRules.smallestPivot else {
      passedOver.append(atom)
      base[atom] = .nan
      return
    }
    atoms.append(Int32(atom))
    refresh(from: solution)
  }

  /// Starts afresh from the residual of an exact solution.
  private mutating func refresh(from solution: SupportSolution) {
    exact = solution
    squaredResidual = solution.squaredResidual
    squaredBaseResidual = solution.squaredResidual
    cholesky = solution.cholesky
    // The residual is orthogonal to the selected atoms.
    products = [Double](repeating: 0, count: atoms.count)
    factors = products
    guard rules.continues(atoms, squaredResidual: squaredResidual) else { return }
    let residual = solution.residual.map { Float($0) }
    let correlations = LinearAlgebra.product(rules.dictionary.atoms, residual)
    for index in base.indices { base[index] = correlations[index] * inverseNorms[index] }
    for atom in atoms { base[Int(atom)] = .nan }
    for atom in passedOver { base[atom] = .nan }
  }
}
