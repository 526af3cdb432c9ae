/// What both routes of the pursuit share: the problem, and when to take, leave or end.
struct PursuitRules: Sendable {
  let dictionary: SparseDictionary
  /// The most atoms in a code.
  let sparsity: Int
  /// The relative residual at which a pursuit ends.
  let tolerance: Double
  /// The factor from the correlation with the unit atom to the score that selection compares; 0 for
  /// atoms that must not be selected.
  let weights: [Float]

  /// A pursuit ends when the preferred atom's cosine with the residual is below: what is left is
  /// orthogonal to the dictionary, and the atom was chosen by rounding errors.
  static let smallestCosine = 1e-5

  /// An atom whose unit vector is nearer to the span of the selected ones, as a squared distance, is
  /// passed over for the target. It could lower the residual by almost nothing, and would do so with
  /// large coefficients that cancel each other.
  static let smallestPivot = 1e-6

  /// Whether a pursuit goes on after its residual has become this, relative to the target.
  func continues(_ atoms: [Int32], squaredResidual: Double) -> Bool {
    atoms.count < sparsity && squaredResidual > tolerance * tolerance
  }

  /// Whether the correlation (with a unit atom) shows that the atom has something of the residual.
  func isMeaningful(_ correlation: Double, squaredResidual: Double) -> Bool {
    correlation.magnitude > Self.smallestCosine * squaredResidual.squareRoot()
  }
}
