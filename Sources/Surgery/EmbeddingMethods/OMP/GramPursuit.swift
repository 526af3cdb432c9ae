internal import Tensors

/// Batch-OMP: the route with a Gram matrix of all atoms.
///
/// Rubinstein, Zibulevsky & Elad, "Efficient Implementation of the K-SVD Algorithm using Batch
/// Orthogonal Matching Pursuit" (2008), algorithm 2. Correlations with the residual come from
/// α = α⁰ − G_I γ, where α⁰ are those with the target, so that no step touches a vector of length d.
///
/// Computing α of all atoms at every step reads k rows of the Gram matrix k times, from far away in
/// memory. So the pursuit looks ahead: it takes a few atoms by the correlations of some hundred
/// candidates alone, and then computes those of all atoms for all of these steps in one pass over the
/// rows (`GramPursuit+LookAhead`). A step that another atom should have won is undone.
///
/// The vectors of which α⁰ and the Gram matrix are products have 16 bits per element (`RoundedUnits`), and
/// so has the Gram matrix. That decides between most atoms; where two are closer, their correlations are
/// computed from the atoms themselves, in `Float` and, if need be, in `Double`.
///
/// The error of α is relative to the target, not to what is left of it. So the pursuit starts afresh
/// from an exact residual whenever that has become much smaller than where the current α⁰ was taken (an
/// iterative refinement that real embeddings, of which tens of percent are left, never need), and when
/// an atom is nearly dependent on the ones before it.
struct GramPursuit {
  let rules: PursuitRules
  private let route: GramRoute
  private let target: [Double]
  let workspace: PursuitWorkspace

  private(set) var atoms: [Int32] = []
  private var cholesky = ProgressiveCholesky()
  /// α⁰ of the selected atoms.
  private var products: [Double] = []
  /// L⁻¹ of these, where L is the Cholesky factor.
  private var reduced: [Double] = []
  /// The coefficients of the selected atoms that have been added since the fresh start: γ.
  private(set) var factors: [Double] = []
  /// The squared norm of the residual at the fresh start.
  private var squaredBaseResidual = 1.0
  /// The step of the rounded vector whose products with the atoms are α⁰; 0 after a fresh start, when
  /// nothing was rounded.
  private var baseStep: Float
  /// Whether factors count from a fresh start.
  private var isBaseExact: Bool { baseStep == 0 }
  private(set) var squaredResidual = 1.0
  /// Whether no atom has anything of what is left.
  private var isAtEnd = false
  /// The exact solution for `atoms`, while they are the ones it was computed for.
  private var exact: SupportSolution?

  /// The share of the squared residual at the last fresh start below which another one is due.
  private static let refreshShare = 1e-3
  /// A pivot below this is computed exactly.
  private static let uncertainPivot = 1e-3

  /// - Parameters:
  ///   - target: a vector of norm 1.
  ///   - step: what an element of it counts for when it is rounded.
  ///   - products: the rounded vector's products with the atoms, without their steps.
  ///   - workspace: made for this number of atoms; its content does not matter.
  init(
    _ rules: PursuitRules, _ route: GramRoute, target: [Double], step: Float,
    products: UnsafeBufferPointer<Float>, workspace: PursuitWorkspace
  ) {
    self.rules = rules
    self.route = route
    self.target = target
    self.workspace = workspace
    baseStep = step
    setBaseResidual(target)
    workspace.begin(
      products: products, scale: step, scales: route.units.steps, weights: rules.weights)
  }

  /// Selects atoms until the rules end it.
  ///
  /// - Parameter norm: the norm of the target before it was made 1.
  mutating func run(norm: Double) -> SparseCode {
    while !isAtEnd && rules.continues(atoms, squaredResidual: squaredResidual) { lookAhead() }
    guard !atoms.isEmpty else {
      return SparseCode(atoms: [], coefficients: [], relativeResidual: 1)
    }
    return code(norm: norm)
  }

  /// The code of what has been selected.
  private func code(norm: Double) -> SparseCode {
    if exact == nil, let solution = refined() {
      return SparseCode(
        atoms, unitCoefficients: solution.coefficients, squaredResidual: solution.squaredResidual,
        norm: norm, of: rules.dictionary)
    }
    let solution = exact ?? SupportSolution(target, over: atoms, of: rules.dictionary)
    return solution.code(atoms, norm: norm, of: rules.dictionary)
  }

  /// The solution for `atoms` from what is known so far.
  private func refined() -> RefinedSolution? {
    let start = isBaseExact ? [Double](repeating: 0, count: atoms.count) : factors
    return RefinedSolution(
      target, over: atoms, of: rules.dictionary, start: start, cholesky: cholesky)
  }

  // MARK: Selecting

  /// The sizes of what is added up in a correlation.
  private var magnitude: Float { Float(squaredBaseResidual.squareRoot()) + sumOfFactors }

  private var sumOfFactors: Float { Float(factors.reduce(0) { $0 + $1.magnitude }) }

  /// How wrong a correlation by the Gram matrix can be, apart from the rounding of floats.
  ///
  /// With ẽ = ṽ - v for the error of a rounded vector ṽ, what is computed for an atom n,
  /// (ỹ - Σ cⱼ ã_j) · ñ, differs from its correlation, r · n, by (ẽ_y - Σ cⱼ ẽ_j) · ñ + r · ẽ_n. After a fresh
  /// start nothing of y is rounded, and r is what has been subtracted since.
  private var roundingError: Float {
    var squares = baseStep * baseStep
    for (atom, factor) in zip(atoms, factors) {
      let error = Float(factor) * route.units.steps[Int(atom)]
      squares += error * error
    }
    let rest = isBaseExact ? squaredBaseResidual - squaredResidual : squaredResidual
    let error = squares.squareRoot() + route.units.largestStep * Float(max(rest, 0).squareRoot())
    return RoundedUnits.deviation * error + UnitGram.largestRounding * sumOfFactors
  }

  /// The state in which candidates are compared.
  func state() -> PursuitState {
    workspace.completeCandidates(rows: atoms.count) { route.gram.row(Int(atoms[$0])) }
    let margin =
      rules.margin(magnitude: magnitude) + 2 * roundingError * rules.largestWeight
    let contenders = workspace.candidates.contenders(PursuitState.factors(factors), margin: margin)
    return PursuitState(
      factors, margin: margin, largestWeight: rules.largestWeight, contenders: contenders)
  }

  /// The contender that is the one to take.
  func strongest(_ contenders: CorrelationScan.Contenders) -> CorrelationScan.Match? {
    guard contenders.matches.count > 1 else { return contenders.matches.first }
    let residual = residual()
    let scores = contenders.matches.map { rules.score($0.index, residual: residual) }
    let least = (scores.max() ?? 0) - Double(rules.margin(magnitude: magnitude))
    let closest = zip(contenders.matches, scores).filter { $0.1 >= least }.map(\.0)
    return rules.strongest(closest, residual: exactResidual)
  }

  func isMeaningful(_ match: CorrelationScan.Match) -> Bool {
    let least = Double(max(match.correlation.magnitude - roundingError, 0))
    if rules.isMeaningful(least, squaredResidual: squaredResidual) { return true }
    let correlation = rules.correlation(match.index, with: exactResidual())
    return rules.isMeaningful(correlation, squaredResidual: squaredResidual)
  }

  /// The residual by the coefficients so far, in the precision of `Float`.
  private func residual() -> [Double] {
    let dimension = rules.dictionary.dimension
    var residual = Array(UnsafeBufferPointer(start: workspace.baseResidual, count: dimension))
    StridedProduct.subtractRows(
      workspace.selectedUnits, rows: atoms.count, columns: dimension,
      times: factors.map { Float($0) }, from: &residual)
    return residual.map { Double($0) }
  }

  private func exactResidual() -> [Double] {
    if atoms.isEmpty { return target }
    if let exact { return exact.residual }
    return refined()?.residual()
      ?? SupportSolution(target, over: atoms, of: rules.dictionary).residual
  }

  // MARK: Taking

  /// What an atom adds.
  struct Addition {
    /// The row by which the Cholesky factor grows.
    let row: ProgressiveCholesky.Row
    /// The correlation with the residual from which factors count.
    let product: Double

    /// Whether the pivot can be trusted.
    var isCertain: Bool { row.pivot >= GramPursuit.uncertainPivot }
  }

  /// What an atom would add.
  func addition(of atom: Int) -> Addition {
    let dimension = rules.dictionary.dimension
    let unit = workspace.selectedUnits + atoms.count * dimension
    let scale = route.inverseNorms[atom]
    rules.dictionary.atoms.withRow(atom) { row in
      for column in row.indices { unit[column] = row[column] * scale }
    }
    let products = StridedProduct.products(
      workspace.baseResidual, rows: 1 + atoms.count, columns: dimension, with: unit)
    return Addition(
      row: cholesky.row(for: products.dropFirst().map { Double($0) }), product: Double(products[0])
    )
  }

  /// Adds the atom that a step prefers beyond doubt, or passes it over, or ends the pursuit.
  mutating func take(_ match: CorrelationScan.Match?) {
    guard let match, isMeaningful(match) else {
      isAtEnd = true
      return
    }
    let addition = addition(of: match.index)
    guard addition.isCertain else { return takeExactly(match.index) }
    add(match.index, addition)
    if needsRestart { restart() }
  }

  /// Adds an atom whose addition is certain.
  mutating func add(_ atom: Int, _ addition: Addition) {
    workspace.exclude(atom)
    atoms.append(Int32(atom))
    cholesky.append(addition.row)
    products.append(addition.product)
    reduced.append(cholesky.reduce(addition.product, after: reduced))
    solve()
  }

  /// Gives the last atoms back, so that `count` are left.
  mutating func removeAtoms(after count: Int) {
    workspace.truncateRows(to: count)
    for atom in atoms[count...] {
      workspace.include(Int(atom), weight: rules.weights[Int(atom)])
    }
    atoms.removeSubrange(count...)
    products.removeSubrange(count...)
    reduced.removeSubrange(count...)
    cholesky.truncate(to: count)
    solve()
  }

  private mutating func solve() {
    exact = nil
    factors = cholesky.solveUpper(reduced)
    squaredResidual = zip(products, factors).reduce(squaredBaseResidual) { $0 - $1.0 * $1.1 }
  }

  /// Adds an atom that is nearly dependent on the selected ones, or passes it over when it is too near.
  private mutating func takeExactly(_ atom: Int) {
    let solution = SupportSolution(target, over: atoms + [Int32(atom)], of: rules.dictionary)
    workspace.exclude(atom)
    guard solution.lastPivot > PursuitRules.smallestPivot else { return }
    atoms.append(Int32(atom))
    restart(from: solution)
  }

  // MARK: Starting afresh

  /// Whether so little is left of the residual at the last fresh start that α is no longer good enough.
  var needsRestart: Bool { squaredResidual < Self.refreshShare * squaredBaseResidual }

  /// Starts afresh from the exact residual over the selected atoms.
  mutating func restart() {
    restart(from: SupportSolution(target, over: atoms, of: rules.dictionary))
  }

  private mutating func restart(from solution: SupportSolution) {
    exact = solution
    squaredResidual = solution.squaredResidual
    setBaseResidual(solution.residual)
    squaredBaseResidual = solution.squaredResidual
    baseStep = 0
    cholesky = solution.cholesky
    // The residual is orthogonal to the selected atoms.
    products = [Double](repeating: 0, count: atoms.count)
    reduced = products
    factors = products
    guard rules.continues(atoms, squaredResidual: squaredResidual) else { return }
    let residual = solution.residual.map { Float($0) }
    LinearAlgebra.product(rules.dictionary.atoms, residual).withUnsafeBufferPointer { products in
      workspace.restart(products: products, scales: route.inverseNorms, selected: selectedRows)
    }
  }

  private func setBaseResidual(_ residual: [Double]) {
    for (element, value) in residual.enumerated() {
      workspace.baseResidual[element] = Float(value)
    }
  }

  // MARK: The Gram matrix

  /// The Gram rows of the selected atoms.
  var selectedRows: [UnsafePointer<Int16>] { atoms.map { route.gram.row(Int($0)) } }
}
