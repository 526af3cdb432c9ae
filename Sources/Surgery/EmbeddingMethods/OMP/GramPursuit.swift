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
/// The Gram matrix has 16 bits per element. That decides between most atoms; where two are closer, their
/// correlations are computed from the atoms themselves, in `Float` and, if need be, in `Double`.
///
/// The error of α is relative to the target, not to what is left of it. So the pursuit starts afresh
/// from an exact residual whenever that has become much smaller than where the current α⁰ was taken (an
/// iterative refinement that real embeddings, of which tens of percent are left, never need), and when
/// an atom is nearly dependent on the ones before it.
struct GramPursuit {
  let rules: PursuitRules
  private let gram: UnitGram
  private let inverseNorms: [Float]
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
  /// The residual at the fresh start.
  private var baseResidual: [Double]
  private var squaredBaseResidual = 1.0
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
  ///   - products: its products with the atoms as they are.
  ///   - workspace: made for this number of atoms; its content does not matter.
  init(
    _ rules: PursuitRules, gram: UnitGram, inverseNorms: [Float],
    target: [Double], products: UnsafeBufferPointer<Float>, workspace: PursuitWorkspace
  ) {
    self.rules = rules
    self.gram = gram
    self.inverseNorms = inverseNorms
    self.target = target
    baseResidual = target
    self.workspace = workspace
    workspace.begin(products: products, scale: inverseNorms, weights: rules.weights)
  }

  /// Selects atoms until the rules end it.
  ///
  /// - Parameter norm: the norm of the target before it was made 1.
  mutating func run(norm: Double) -> SparseCode {
    while !isAtEnd && rules.continues(atoms, squaredResidual: squaredResidual) { lookAhead() }
    guard !atoms.isEmpty else {
      return SparseCode(atoms: [], coefficients: [], relativeResidual: 1)
    }
    let solution = exact ?? SupportSolution(target, over: atoms, of: rules.dictionary)
    return solution.code(atoms, norm: norm, of: rules.dictionary)
  }

  // MARK: Selecting

  /// The sizes of what is added up in a correlation.
  private var magnitude: Float { Float(squaredBaseResidual.squareRoot()) + sumOfFactors }

  private var sumOfFactors: Float { Float(factors.reduce(0) { $0 + $1.magnitude }) }

  /// How wrong a correlation by the Gram matrix can be, apart from the rounding of floats.
  private var quantizationError: Float { UnitGram.largestError * sumOfFactors }

  /// The state in which candidates are compared.
  func state() -> PursuitState {
    let margin =
      rules.margin(magnitude: magnitude) + 2 * quantizationError * rules.largestWeight
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
    let least = Double(max(match.correlation.magnitude - quantizationError, 0))
    if rules.isMeaningful(least, squaredResidual: squaredResidual) { return true }
    let correlation = rules.correlation(match.index, residual: exactResidual())
    return rules.isMeaningful(correlation, squaredResidual: squaredResidual)
  }

  /// The residual by the coefficients so far, in the precision of `Float`.
  private func residual() -> [Double] {
    var residual = baseResidual.map { Float($0) }
    StridedProduct.subtractRows(
      workspace.selectedUnits, rows: atoms.count, columns: rules.dictionary.dimension,
      times: factors.map { Float($0) }, from: &residual)
    return residual.map { Double($0) }
  }

  private func exactResidual() -> [Double] {
    if atoms.isEmpty { return target }
    return (exact ?? SupportSolution(target, over: atoms, of: rules.dictionary)).residual
  }

  // MARK: Taking

  /// The row by which the Cholesky factor grows with an atom.
  func addition(of atom: Int) -> ProgressiveCholesky.Row {
    let dimension = rules.dictionary.dimension
    let units = workspace.selectedUnits
    let unit = units + atoms.count * dimension
    let scale = inverseNorms[atom]
    rules.dictionary.atoms.withRow(atom) { row in
      for column in row.indices { unit[column] = row[column] * scale }
    }
    let products = StridedProduct.products(
      units, rows: atoms.count, columns: dimension, with: unit)
    return cholesky.row(for: products.map { Double($0) })
  }

  /// Whether the addition's pivot can be trusted.
  func isCertain(_ addition: ProgressiveCholesky.Row) -> Bool {
    addition.pivot >= Self.uncertainPivot
  }

  /// Adds the atom that a step prefers beyond doubt, or passes it over, or ends the pursuit.
  mutating func take(_ match: CorrelationScan.Match?) {
    guard let match, isMeaningful(match) else {
      isAtEnd = true
      return
    }
    let addition = addition(of: match.index)
    guard isCertain(addition) else { return takeExactly(match.index) }
    add(match.index, addition)
    if needsRestart { restart() }
  }

  /// Adds an atom whose addition is certain.
  mutating func add(_ atom: Int, _ addition: ProgressiveCholesky.Row) {
    workspace.setCandidateRow(atoms.count, from: gram.row(atom))
    workspace.exclude(atom)
    atoms.append(Int32(atom))
    cholesky.append(addition)
    products.append(Double(workspace.baseCorrelation(atom)))
    reduced.append(cholesky.reduce(products[products.count - 1], after: reduced))
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
    baseResidual = solution.residual
    squaredBaseResidual = solution.squaredResidual
    cholesky = solution.cholesky
    // The residual is orthogonal to the selected atoms.
    products = [Double](repeating: 0, count: atoms.count)
    reduced = products
    factors = products
    guard rules.continues(atoms, squaredResidual: squaredResidual) else { return }
    let residual = solution.residual.map { Float($0) }
    LinearAlgebra.product(rules.dictionary.atoms, residual).withUnsafeBufferPointer { products in
      workspace.restart(products: products, scale: inverseNorms, selected: selectedRows)
    }
  }

  // MARK: The Gram matrix

  /// The Gram rows of the selected atoms.
  var selectedRows: [UnsafePointer<Int16>] { atoms.map { gram.row(Int($0)) } }
}
