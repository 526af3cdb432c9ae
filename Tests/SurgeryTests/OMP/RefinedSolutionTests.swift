import TestSupport
import Testing

@testable import Surgery
@testable import Tensors

/// Refined coefficients, held to those that are computed in double precision from the start.
@Suite struct RefinedSolutionTests {
  private struct Problem {
    let dictionary: SparseDictionary
    let target: [Double]
    let atoms: [Int32]

    /// - Parameter spread: how much atoms differ from each other.
    init(dimension: Int, atoms count: Int, spread: Float, seed: UInt64) throws {
      var random = SeededGenerator(seed: seed)
      let common = (0..<dimension).map { _ in random.normal() }
      let rows = (0..<(count + 3)).map { _ in
        let length = Float.random(in: 0.01...100, using: &random)
        return common.map { length * ($0 + spread * random.normal()) }
      }
      dictionary = try SparseDictionary(Matrix(rows))
      let direction = common.map { Double($0) + Double(random.normal()) }
      let norm = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
      target = direction.map { $0 / norm }
      atoms = (0..<count).map { Int32($0 + 2) }.shuffled(using: &random)
    }

    var exact: SupportSolution { SupportSolution(target, over: atoms, of: dictionary) }

    func refined(
      start: [Double], cholesky: ProgressiveCholesky
    ) -> RefinedSolution? {
      RefinedSolution(target, over: atoms, of: dictionary, start: start, cholesky: cholesky)
    }
  }

  /// The factor with products that are off by up to `error`.
  private static func factor(_ problem: Problem, error: Double) -> ProgressiveCholesky {
    var random = SeededGenerator(seed: 9)
    var factor = ProgressiveCholesky()
    for (count, atom) in problem.atoms.enumerated() {
      let products = problem.atoms[..<count].map { other in
        let (left, right) = (problem.dictionary.atoms.row(Int(atom)), Int(other))
        let product = zip(left, problem.dictionary.atoms.row(right)).reduce(0) {
          $0 + Double($1.0) * Double($1.1)
        }
        return product / problem.dictionary.norms[Int(atom)] / problem.dictionary.norms[right]
          + Double.random(in: -error...error, using: &random)
      }
      factor.append(factor.row(for: products))
    }
    return factor
  }

  @Test(arguments: [1, 2, 17, 64], [1, 0.1] as [Float])
  func `The solution is the exact one, wherever it starts`(count: Int, spread: Float) throws {
    // More elements than are worked on at once, and not a whole number of vectors.
    let problem = try Problem(dimension: 1500, atoms: count, spread: spread, seed: 1)
    let exact = problem.exact
    let factor = Self.factor(problem, error: 1e-7)
    for scale in [0, 0.999, 1] {
      let start = exact.coefficients.map { $0 * scale }
      let refined = try #require(problem.refined(start: start, cholesky: factor))
      for (left, right) in zip(refined.coefficients, exact.coefficients) {
        #expect(abs(left - right) < 1e-11)
      }
      #expect(abs(refined.squaredResidual - exact.squaredResidual) < 1e-13)
      for (left, right) in zip(refined.residual(), exact.residual) {
        #expect(abs(left - right) < 1e-13)
      }
    }
  }

  @Test func `A factor that is too far off is found out`() throws {
    let problem = try Problem(dimension: 40, atoms: 8, spread: 0.1, seed: 2)
    var factor = ProgressiveCholesky()
    for count in 0..<8 { factor.append(factor.row(for: [Double](repeating: 0, count: count))) }
    #expect(problem.refined(start: [Double](repeating: 0, count: 8), cholesky: factor) == nil)
  }
}
