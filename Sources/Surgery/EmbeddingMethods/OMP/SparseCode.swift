/// A target as a weighted sum of few atoms.
public struct SparseCode: Sendable, Equatable {
  /// Rows of the dictionary in the order in which they were selected.
  public var atoms: [Int32]
  /// The weight of each of `atoms`, which counts for the atom as it was given, not for its unit vector.
  public var coefficients: [Float]
  /// ‖y − Σ cᵢ aᵢ‖ / ‖y‖ with the coefficients before they were rounded to `Float`; 0 for a target of
  /// zeros.
  public var relativeResidual: Float

  public init(atoms: [Int32], coefficients: [Float], relativeResidual: Float) {
    self.atoms = atoms
    self.coefficients = coefficients
    self.relativeResidual = relativeResidual
  }

  /// The code of a target of norm `norm`, from coefficients for unit atoms and a target of norm 1.
  init(
    _ atoms: [Int32], unitCoefficients: [Double], squaredResidual: Double, norm: Double,
    of dictionary: SparseDictionary
  ) {
    self.init(
      atoms: atoms,
      coefficients: zip(atoms, unitCoefficients).map { atom, coefficient in
        Float(coefficient * norm / dictionary.norms[Int(atom)])
      },
      relativeResidual: Float(max(squaredResidual, 0).squareRoot()))
  }

  /// The code of a target of zeros: no atoms.
  static let zero = SparseCode(atoms: [], coefficients: [], relativeResidual: 0)
}
