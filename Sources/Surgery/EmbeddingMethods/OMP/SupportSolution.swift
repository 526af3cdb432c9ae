internal import Tensors

/// The least-squares solution of one target over selected atoms, computed from the atoms themselves in
/// double precision.
///
/// The pursuit only decides which atoms to take; what it returns comes from here, so that the
/// coefficients and residuals are the same whichever way the atoms were found.
struct SupportSolution {
  /// The factor of the Gram matrix of the unit atoms.
  let cholesky: ProgressiveCholesky
  /// The squared distance of the last unit atom from the span of the others.
  let lastPivot: Double
  /// One coefficient per unit atom.
  let coefficients: [Double]
  /// What the atoms leave of the target.
  let residual: [Double]
  /// The squared norm of `residual`.
  let squaredResidual: Double

  /// - Parameters:
  ///   - target: a vector of norm 1 and `dictionary.dimension` elements.
  ///   - atoms: rows of the dictionary, at least one.
  init(_ target: [Double], over atoms: [Int32], of dictionary: SparseDictionary) {
    let dimension = dictionary.dimension
    let selected = Self.unitRows(atoms, of: dictionary)
    let gram = LinearAlgebra.lowerGram(selected, columns: dimension)
    let others = ProgressiveCholesky(
      lowerGram: gram, stride: atoms.count, count: atoms.count - 1)
    let last = (atoms.count - 1) * atoms.count
    let addition = others.row(
      for: gram[last..<(last + atoms.count - 1)], norm: gram[last + atoms.count - 1])
    var cholesky = others
    cholesky.append(addition)
    let products = LinearAlgebra.product(selected, columns: dimension, target)
    let coefficients = cholesky.solve(products)
    var residual = target
    LinearAlgebra.subtractRows(
      of: selected, columns: dimension, times: coefficients, from: &residual)
    self.cholesky = cholesky
    self.coefficients = coefficients
    lastPivot = addition.pivot
    squaredResidual = residual.reduce(0) { $0 + $1 * $1 }
    self.residual = residual
  }

  private static func unitRows(_ atoms: [Int32], of dictionary: SparseDictionary) -> [Double] {
    let dimension = dictionary.dimension
    let count = atoms.count * dimension
    return [Double](unsafeUninitializedCapacity: count) { rows, initialized in
      guard var unit = rows.baseAddress else { return }
      for atom in atoms {
        let scale = 1 / dictionary.norms[Int(atom)]
        dictionary.atoms.withRow(Int(atom)) { row in
          for column in 0..<dimension { unit[column] = Double(row[column]) * scale }
        }
        unit += dimension
      }
      initialized = count
    }
  }

  /// The code of a target of norm `norm`, whose unit vector this solves.
  func code(_ atoms: [Int32], norm: Double, of dictionary: SparseDictionary) -> SparseCode {
    SparseCode(
      atoms, unitCoefficients: coefficients, squaredResidual: squaredResidual, norm: norm,
      of: dictionary)
  }
}
