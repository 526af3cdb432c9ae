import Tensors
import TestSupport
import Testing

@testable import Surgery

/// The choice of atoms where there are too many of them.
@Suite struct AtomScreeningTests {
  typealias Pursuit = OrthogonalMatchingPursuit

  private func rows(_ count: Int, _ dimension: Int, seed: UInt64) -> [[Float]] {
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { _ in
      let length = Float.random(in: 0.5...2, using: &random)
      return (0..<dimension).map { _ in length * random.normal() }
    }
  }

  private func choose(
    _ limit: Int, of atoms: [[Float]], for targets: [[Float]], _ options: Pursuit.Options
  ) throws -> [Int] {
    try AtomScreening(limit: limit, options: options).choose(
      from: SparseDictionary(Matrix(atoms)), count: targets.count,
      targets: { Matrix(Array(targets[$0])) }, progress: { _ in })
  }

  @Test(
    "First come all targets' first choices, then their second choices, those of more targets first",
    arguments: [Pursuit.Selection.normalized, .mergekit], [1, 30, 90, 200])
  func takesChoicesInTurn(selection: Pursuit.Selection, limit: Int) throws {
    // More targets than one block has.
    let (atoms, targets) = (rows(300, 12, seed: 1), rows(290, 12, seed: 2))
    let options = Pursuit.Options(sparsity: 6, selection: selection)
    let chosen = try choose(limit, of: atoms, for: targets, options)

    var ranks = [Int](repeating: .max, count: atoms.count)
    var counts = [Int](repeating: 0, count: atoms.count)
    for target in targets {
      let scores = atoms.map { atom in
        let product = zip(atom, target).reduce(0) { $0 + Double($1.0) * Double($1.1) }.magnitude
        let norm = atom.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
        return selection == .mergekit ? product : product / norm
      }
      let named = atoms.indices.sorted { scores[$0] > scores[$1] }.prefix(6)
      for (rank, atom) in named.enumerated() {
        ranks[atom] = min(ranks[atom], rank)
        counts[atom] += 1
      }
    }
    let order = atoms.indices.sorted {
      (ranks[$0], -counts[$0], $0) < (ranks[$1], -counts[$1], $1)
    }
    #expect(chosen == order.prefix(limit).sorted())
  }

  @Test("Atoms of zeros and further copies of an atom are not chosen before others")
  func prefersUsableAtoms() throws {
    var atoms = rows(20, 8, seed: 3)
    atoms[4] = [Float](repeating: 0, count: 8)
    for copy in 10..<20 { atoms[copy] = atoms[3] }
    let chosen = try choose(9, of: atoms, for: [atoms[3]], .init(sparsity: 5))
    #expect(chosen == [0, 1, 2, 3, 5, 6, 7, 8, 9])
    #expect(try choose(100, of: atoms, for: [atoms[3]], .init(sparsity: 5)).count == 19)
  }

  private func madeRows(_ name: String, _ problem: EmbeddingProblem) throws -> [[Float]] {
    let made = try MethodNotation.method(name).fit(to: problem) { _ in }
      .rows(for: problem.targets[...])
    return (0..<made.rows.rows).map { made.rows.row($0) }
  }

  @Test(
    "Screened rows are those that the chosen anchors alone give", arguments: ["omp-4", "omp-r4"])
  func screensBeforeThePursuit(method: String) throws {
    let methodProblem = MethodProblem(seed: 8, anchors: 120, targets: 15)
    var screened = methodProblem.problem
    screened.anchorLimit = 40
    var few = methodProblem.problem
    few.anchors = try choose(
      40, of: methodProblem.anchorRows, for: methodProblem.targetRows,
      .init(sparsity: 4, selection: method == "omp-4" ? .normalized : .mergekit)
    ).map { few.anchors[$0] }
    #expect(try madeRows(method, screened) == madeRows(method, few))
    #expect(try madeRows(method, screened) != madeRows(method, methodProblem.problem))
  }

  @Test(
    "A limit above the number of anchors changes nothing, one below it does",
    arguments: ["omp-4", "omp-c4", "ridge-omp-4"])
  func limits(method: String) throws {
    let methodProblem = MethodProblem(seed: 9, anchors: 120, targets: 15)
    let all = try madeRows(method, methodProblem.problem)
    for (limit, isSame) in [(120, true), (121, true), (30, false)] {
      var problem = methodProblem.problem
      problem.anchorLimit = limit
      let rows = try madeRows(method, problem)
      #expect((rows == all) == isSame)
      #expect(rows.allSatisfy { $0.allSatisfy(\.isFinite) })
    }
  }

  @Test("A target of zeros names no atoms")
  func zerosNameNothing() throws {
    let (atoms, targets) = (rows(60, 8, seed: 5), rows(3, 8, seed: 6))
    let zeros = [[Float]](repeating: [Float](repeating: 0, count: 8), count: 2)
    // So many that every target names five atoms, with zeros or without.
    let options = Pursuit.Options(sparsity: 5)
    #expect(
      try choose(9, of: atoms, for: zeros + targets, options)
        == choose(9, of: atoms, for: targets, options))
  }

  @Test("A screened method serves other targets from the anchors that it chose")
  func servesFromItsAnchors() throws {
    var problem = MethodProblem(seed: 11, anchors: 120, targets: 15).problem
    problem.anchorLimit = 40
    let fitted = try MethodNotation.method("omp-4").fit(to: problem) { _ in }
    var part = problem
    part.targets = Array(problem.targets[3..<8])
    let serving = try #require(fitted.serving(part))
    let rows = try serving.rows(for: part.targets[...]).rows
    let all = try fitted.rows(for: problem.targets[...]).rows
    for (index, row) in (3..<8).enumerated() { #expect(rows.row(index) == all.row(row)) }
  }
}
