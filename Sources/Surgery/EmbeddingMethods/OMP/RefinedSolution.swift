internal import Tensors

/// The least-squares coefficients of one target over selected atoms, from coefficients that are nearly
/// right: those of a `SupportSolution` for a fraction of its time.
///
/// By iterative refinement: what the coefficients leave of the target is computed in double precision from
/// the atoms themselves, and solved for again with a factor of their Gram matrix, which need not be as
/// exact. An iteration multiplies the error by about that of the factor.
struct RefinedSolution {
  /// One coefficient per unit atom.
  private(set) var coefficients: [Double]
  /// The squared norm of what the atoms leave of the target.
  private(set) var squaredResidual = 0.0
  private let problem: Problem

  /// What is solved.
  fileprivate struct Problem {
    let target: [Double]
    let atoms: [Int32]
    let dictionary: SparseDictionary
  }

  /// Corrections below this, relative to the largest coefficient, are the last ones: the next would be
  /// smaller than it by the error of the factor, and below the precision of `Float` by far.
  private static let lastCorrection = 1e-10
  private static let largestIterationCount = 8

  /// - Parameters:
  ///   - target: a vector of norm 1 and `dictionary.dimension` elements.
  ///   - atoms: rows of the dictionary, at least one.
  ///   - start: coefficients of the unit atoms.
  ///   - cholesky: the factor of the Gram matrix of the unit atoms.
  /// - Returns: `nil` when the factor is too far off.
  init?(
    _ target: [Double], over atoms: [Int32], of dictionary: SparseDictionary, start: [Double],
    cholesky: ProgressiveCholesky
  ) {
    problem = Problem(target: target, atoms: atoms, dictionary: dictionary)
    coefficients = start
    for _ in 0..<Self.largestIterationCount {
      let rest = problem.rest(coefficients)
      let correction = cholesky.solve(rest.products)
      squaredResidual = rest.vector.reduce(0) { $0 + $1 * $1 }
      for index in coefficients.indices {
        coefficients[index] += correction[index]
        squaredResidual -= correction[index] * rest.products[index]
      }
      let largest = coefficients.reduce(0) { max($0, $1.magnitude) }
      if correction.allSatisfy({ $0.magnitude <= Self.lastCorrection * largest }) { return }
    }
    return nil
  }

  /// What the atoms leave of the target.
  func residual() -> [Double] { problem.rest(coefficients).vector }
}

extension RefinedSolution.Problem {
  /// What coefficients leave of the target, and its products with the unit atoms.
  fileprivate func rest(_ coefficients: [Double]) -> (vector: [Double], products: [Double]) {
    var rest = target
    var products = [Double](repeating: 0, count: atoms.count)
    rest.withUnsafeMutableBufferPointer { rest in
      for start in stride(from: 0, to: rest.count, by: Self.blockSize) {
        let range = start..<min(start + Self.blockSize, rest.count)
        let block = UnsafeMutableBufferPointer(rebasing: rest[range])
        for (atom, coefficient) in zip(atoms, coefficients) {
          let factor = coefficient / dictionary.norms[Int(atom)]
          dictionary.atoms.withRow(Int(atom)) { row in
            ResidualKernels.subtract(
              UnsafeBufferPointer(rebasing: row[range]), times: factor, from: block)
          }
        }
        for (index, atom) in atoms.enumerated() {
          products[index] += dictionary.atoms.withRow(Int(atom)) { row in
            ResidualKernels.dot(
              UnsafeBufferPointer(rebasing: row[range]), UnsafeBufferPointer(block))
          }
        }
      }
    }
    for (index, atom) in atoms.enumerated() { products[index] /= dictionary.norms[Int(atom)] }
    return (rest, products)
  }

  /// Elements of the target that are worked on at once: they stay in the nearest cache.
  private static let blockSize = 1024
}
