import Tensors
import TestSupport
import Testing
import Tokenization

@testable import Surgery

/// The choice of methods by held-out tokens.
@Suite struct MethodComparisonTests {
  /// Every third anchor of a random problem is treated as new.
  private static func comparison(
    _ random: MethodProblem, classes: (Int) -> TokenClass = { _ in .word }
  ) -> (MethodComparison, EmbeddingProblem) {
    var reduced = random.problem
    let heldOut = reduced.anchors.filter { $0.base % 3 == 1 }
    reduced.anchors.removeAll { $0.base % 3 == 1 }
    reduced.targets = heldOut.map(\.donor)
    for anchor in heldOut {
      reduced.pieces[anchor.donor] = [(anchor.base + 1) % 60 / 3 * 3, anchor.base / 3 * 3]
    }
    let truth = Matrix(reduced.base, rows: heldOut.map { Int($0.base) })
    let comparison = MethodComparison(
      problem: reduced, criterion: RowDistance(truth: truth, mean: MeanRow(reduced).row),
      weights: heldOut.map { _ in 1 }, tokenCount: heldOut.count,
      classes: TokenwiseJudge(classes: heldOut.indices.map(classes)), memoryBudget: 1 << 30)
    return (comparison, reduced)
  }

  private static func run(_ comparison: MethodComparison, _ problem: EmbeddingProblem) throws
    -> MethodSelection
  {
    let candidates = try CandidateRows(
      MethodComparison.candidates, for: problem, memoryBudget: 1 << 30
    ) { _ in }
    return try comparison.run(candidates) { _ in }
  }

  @Test(arguments: 1...5)
  func `What is chosen is the best of all that was tried, and no worse than the mean row`(
    seed: UInt64
  ) throws {
    let (comparison, problem) = Self.comparison(MethodProblem(seed: seed, anchors: 90))
    let selection = try Self.run(comparison, problem)
    let losses = Dictionary(
      selection.results.map { ($0.method, $0.loss) }, uniquingKeysWith: { first, _ in first })
    let chosen = try #require(losses[selection.chosen])
    #expect(chosen <= (losses["mean"] ?? -1))
    #expect(selection.results.map(\.loss) == selection.results.map(\.loss).sorted())
    // An average that is hardly better is not worth its work.
    #expect(chosen <= (selection.results[0].loss * 1.001 + 1e-9))
  }

  @Test func `A linear truth is found by the linear map`() throws {
    var random = MethodProblem(seed: 21, anchors: 120)
    random.base = random.anchorRows.map { row in (0..<5).map { row[$0] - 0.5 * row[$0 + 2] } }
    let (comparison, problem) = Self.comparison(random)
    let selection = try Self.run(comparison, problem)
    #expect(selection.chosen.contains("ridge"))
    #expect(selection.exceptions.isEmpty)
  }

  @Test func `A class that wants another method gets it`() throws {
    // Odd held-out tokens have the row of their last piece, even ones a linear image.
    var random = MethodProblem(seed: 22, anchors: 240)
    random.base = random.anchorRows.map { row in (0..<5).map { row[$0] - 0.5 * row[$0 + 2] } }
    for id in stride(from: 1, to: 240, by: 3) where id / 3 % 2 == 1 {
      random.base[id] = random.base[id / 3 * 3]
    }
    let (comparison, problem) = Self.comparison(random) { $0 % 2 == 1 ? .digits : .word }
    let selection = try Self.run(comparison, problem)
    #expect(selection.method(for: .digits).contains("last"))
    #expect(selection.method(for: .word).contains("ridge"))
    #expect(selection.method(for: nil) == selection.chosen)
  }

  @Test func `The same comparison has the same outcome`() throws {
    let (comparison, problem) = Self.comparison(MethodProblem(seed: 23))
    let (first, second) = (try Self.run(comparison, problem), try Self.run(comparison, problem))
    #expect(first.results.map(\.loss) == second.results.map(\.loss))
    #expect(first.chosen == second.chosen)
  }

  @Test func `Candidates that want too many anchors are left out`() throws {
    let random = MethodProblem(seed: 24, anchors: 7, base: 4, donor: 20)
    let candidates = try CandidateRows(
      ["omp-4", "omp-16", "last"], for: random.problem, memoryBudget: 1 << 20
    ) { _ in }
    #expect(candidates.names == ["omp-4", "last"])
  }

  // MARK: Criteria

  @Test func `The divergence of one replaced row is that of the whole distribution`() throws {
    let random = MethodProblem(seed: 31, anchors: 12, targets: 20, base: 4, donor: 4)
    let (head, states) = (Matrix(random.base), Matrix(random.targetRows))
    let criterion = OutputDivergence(
      states: states, normalizers: LogitStream(head.view).normalizers(of: states),
      truth: Matrix([random.base[3]]))
    let replaced: [Float] = [0.5, -1, 0.25, 2]
    var sum = 0.0
    for state in random.targetRows {
      let real = Self.distribution(random.base, state)
      var rows = random.base
      rows[3] = replaced
      let made = Self.distribution(rows, state)
      // KL in nats by the identity log p/q = log1p(p/q − 1), as a series-free slow form.
      sum += zip(real, made).reduce(0) { $0 + $1.0 * ($1.0.logarithm - $1.1.logarithm) }
    }
    let expected = 1000 * sum / 20
    let found = criterion.losses(of: Matrix([replaced]))[0]
    #expect(abs(found - expected) < 1e-3 * abs(expected))
    #expect(abs(criterion.losses(of: Matrix([random.base[3]]))[0]) < 1e-9)
  }

  private static func distribution(_ rows: [[Float]], _ state: [Float]) -> [Double] {
    let weights = rows.map { row in
      (zip(row, state).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }).exponential
    }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
  }

  @Test func `Divergences are those of the whole distributions`() {
    let random = MethodProblem(seed: 32, anchors: 12, targets: 20, base: 4, donor: 4)
    let other = MethodProblem(seed: 33, anchors: 12, targets: 20, base: 4, donor: 4)
    let found = LogitStream(Matrix(random.base).view).divergences(
      of: Matrix(other.targetRows), from: Matrix(random.targetRows))
    for (index, divergence) in found.enumerated() {
      let real = Self.distribution(random.base, random.targetRows[index])
      let made = Self.distribution(random.base, other.targetRows[index])
      let expected = zip(real, made).reduce(0) {
        $0 + $1.0 * ($1.0.logarithm - $1.1.logarithm)
      }
      #expect(abs(found[index] - expected) < 1e-4 * max(expected, 0.01), "\(divergence)")
    }
  }

  @Test func `Samples follow the distribution`() {
    let head = Matrix([[0], [1.0986123], [-50]])
    let states = Matrix([[Float]](repeating: [1], count: 4000))
    let samples = LogitStream(head.view).samples(of: states, seed: 1)
    let share = Double(samples.count { $0 == 1 }) / 4000
    // exp(1.0986) = 3: three quarters.
    #expect(abs(share - 0.75) < 0.03 && !samples.contains(2))
  }
}

extension Double {
  /// e to this power, by squaring.
  fileprivate var exponential: Double {
    var result = 1 + self / 1_048_576 + self * self / (2 * 1_048_576 * 1_048_576)
    for _ in 0..<20 { result *= result }
    return result
  }

  /// The natural logarithm, by Newton's method on `exponential`.
  fileprivate var logarithm: Double {
    var guess = 0.0
    for _ in 0..<100 { guess += 2 * (self - guess.exponential) / (self + guess.exponential) }
    return guess
  }
}
