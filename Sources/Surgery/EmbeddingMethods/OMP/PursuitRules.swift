internal import Tensors

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
  /// The largest of `weights`.
  let largestWeight: Float

  init(dictionary: SparseDictionary, sparsity: Int, tolerance: Double, weights: [Float]) {
    self.dictionary = dictionary
    self.sparsity = sparsity
    self.tolerance = tolerance
    self.weights = weights
    largestWeight = weights.max() ?? 0
  }

  /// The error of a correlation in `Float`, relative to the vectors that went into it. Scores nearer to
  /// each other than this are told apart in double precision.
  static let correlationError: Float = 1e-6

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

  /// The margin within which scores may change places when they are computed exactly.
  ///
  /// - Parameter magnitude: the norms of the vectors whose products with unit atoms were added up.
  func margin(magnitude: Float) -> Float {
    2 * Self.correlationError * magnitude * largestWeight
  }

  /// The contender with the largest score; the lowest index among equals.
  ///
  /// - Parameter residual: what the contenders are correlated with, in double precision; asked for
  ///   only when there is more than one.
  func strongest(
    _ contenders: [CorrelationScan.Match], residual: () -> [Double]
  ) -> CorrelationScan.Match? {
    guard contenders.count > 1 else { return contenders.first }
    let residual = residual()
    var best: CorrelationScan.Match?
    var bestScore = 0.0
    for contender in contenders {
      let score = score(contender.index, residual: residual)
      if score > bestScore || score == bestScore && contender.index < best?.index ?? 0 {
        (best, bestScore) = (contender, score)
      }
    }
    return best ?? contenders.first
  }

  /// The product of a unit atom with `vector`, in double precision.
  func correlation(_ atom: Int, with vector: [Double]) -> Double {
    let product = dictionary.atoms.withRow(atom) { row in
      vector.withUnsafeBufferPointer { ResidualKernels.dot(row, $0) }
    }
    return product / dictionary.norms[atom]
  }

  /// What selection compares, in double precision.
  func score(_ atom: Int, residual: [Double]) -> Double {
    correlation(atom, with: residual).magnitude * Double(weights[atom])
  }
}
