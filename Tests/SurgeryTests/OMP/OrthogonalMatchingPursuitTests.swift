import Tensors
import TestSupport
import Testing

@testable import Surgery

/// Sparse codes of both routes, held to the definition of the pursuit.
@Suite struct OrthogonalMatchingPursuitTests {
  typealias Pursuit = OrthogonalMatchingPursuit

  private func codes(
    _ problem: PursuitProblem, _ selection: Pursuit.Selection, memoryBudget: Int,
    expecting route: Pursuit.Route
  ) throws -> [SparseCode] {
    let options = Pursuit.Options(
      sparsity: problem.sparsity, selection: selection, memoryBudget: memoryBudget)
    let pursuit = try Pursuit(
      dictionary: try SparseDictionary(Matrix(problem.atoms)), options: options)
    #expect(pursuit.route == route)
    return try pursuit.solve(Matrix(problem.targets).view)
  }

  /// Holds a code to the slow one. Returns false when they part at a tie.
  private func agrees(
    _ code: SparseCode, _ slow: SlowPursuit.Code, _ label: String
  ) -> Bool {
    for (step, pair) in zip(code.atoms, slow.atoms).enumerated() where Int(pair.0) != pair.1 {
      let score = slow.scores[step][Int(pair.0)]
      if score < 1 - 1e-4 { Issue.record("\(label): step \(step) took a score of \(score)") }
      return false
    }
    let residual = abs(Double(code.relativeResidual) - slow.relativeResidual)
    guard code.atoms.count == slow.atoms.count else {
      // One of them ended a step before, which is right only where nothing was left to gain.
      if residual > 1e-5 { Issue.record("\(label): \(code.atoms) and \(slow.atoms)") }
      return false
    }
    if residual > 1e-6 { Issue.record("\(label): residuals differ by \(residual)") }
    let scale = slow.coefficients.map(abs).max() ?? 1
    for (own, other) in zip(code.coefficients, slow.coefficients)
    where abs(Double(own) - other) > 1e-5 * scale {
      Issue.record("\(label): coefficient \(own) should be \(other)")
    }
    return true
  }

  @Test(
    "Both routes take the atoms and coefficients of the definition",
    arguments: PursuitProblem.Kind.allCases, [Pursuit.Selection.normalized, .mergekit])
  func agreesWithDefinition(kind: PursuitProblem.Kind, selection: Pursuit.Selection) throws {
    var ties = 0
    for seed in 0..<12 {
      let problem = PursuitProblem(kind, seed: UInt64(seed))
      let slow = SlowPursuit(
        atoms: problem.atoms.map { $0.map { Double($0) } }, selection: selection,
        sparsity: problem.sparsity)
      let byGram = try codes(problem, selection, memoryBudget: 1 << 20, expecting: .gram)
      let byResidual = try codes(problem, selection, memoryBudget: 0, expecting: .residual)
      for (index, target) in problem.targets.enumerated() {
        let expected = slow.solve(target.map { Double($0) })
        let label = "\(problem), target \(index), \(selection)"
        if !agrees(byGram[index], expected, "Gram, " + label) { ties += 1 }
        if !agrees(byResidual[index], expected, "residual, " + label) { ties += 1 }
        if byGram[index].atoms == byResidual[index].atoms, byGram[index] != byResidual[index] {
          Issue.record("\(label): the routes differ in coefficients")
        }
      }
    }
    #expect(ties <= 2, "of 120")
  }

  @Test(
    "A look-ahead that is often wrong gives the same codes",
    arguments: [Pursuit.Selection.normalized, .mergekit], [1, 2, 6])
  func looksAhead(selection: Pursuit.Selection, horizon: Int) throws {
    var random = SeededGenerator(seed: 12)
    func vector() -> [Float] {
      let length = Float.random(in: 0.5...2, using: &random)
      return (0..<24).map { _ in random.normal() * length }
    }
    // Three panels, the last of which is not full.
    let dictionary = try SparseDictionary(Matrix((0..<150).map { _ in vector() }))
    let targets = Matrix((0..<40).map { _ in vector() }).view
    let byResidual = try Pursuit(
      dictionary: dictionary,
      options: .init(sparsity: 13, selection: selection, memoryBudget: 0)
    ).solve(targets)
    for share in [Float(0), 0.04, 0.5] {
      let pursuit = try Pursuit(
        dictionary: dictionary, options: .init(sparsity: 13, selection: selection),
        layout: .init(candidateShare: share, horizon: horizon))
      #expect(pursuit.route == .gram)
      #expect(try pursuit.solve(targets) == byResidual)
    }
  }

  @Test("The reported residual is that of the returned coefficients")
  func reportsTrueResidual() throws {
    let problem = PursuitProblem(.correlated, seed: 77)
    let codes = try codes(problem, .normalized, memoryBudget: 1 << 20, expecting: .gram)
    for (code, target) in zip(codes, problem.targets) {
      var rest = target.map { Double($0) }
      for (atom, coefficient) in zip(code.atoms, code.coefficients) {
        for column in rest.indices {
          rest[column] -= Double(coefficient) * Double(problem.atoms[Int(atom)][column])
        }
      }
      let residual = length(rest) / length(target.map { Double($0) })
      #expect(abs(residual - Double(code.relativeResidual)) < 1e-5)
    }
  }

  @Test("A target that is a sum of few atoms is found to be, with fewer atoms than allowed")
  func recoversExactly() throws {
    var random = SeededGenerator(seed: 3)
    let atoms = (0..<200).map { _ in (0..<64).map { _ in random.normal() } }
    let target = atoms[5].indices.map { 2 * atoms[5][$0] - 3 * atoms[150][$0] }
    for budget in [0, 1 << 20] {
      let pursuit = try Pursuit(
        dictionary: try SparseDictionary(Matrix(atoms)),
        options: .init(sparsity: 20, memoryBudget: budget))
      let code = try pursuit.solve(Matrix([target]).view)[0]
      #expect(Set(code.atoms) == [5, 150])
      #expect(code.relativeResidual < 1e-6)
      for (atom, coefficient) in zip(code.atoms, code.coefficients) {
        #expect(abs(coefficient - (atom == 5 ? 2 : -3)) < 1e-5)
      }
    }
  }

  @Test("A looser tolerance ends a pursuit at the first residual below it")
  func stopsAtTolerance() throws {
    let problem = PursuitProblem(.gaussian, seed: 9)
    let dimension = problem.atoms[0].count
    let dictionary = try SparseDictionary(Matrix(problem.atoms))
    for budget in [0, 1 << 20] {
      let options = Pursuit.Options(sparsity: dimension, tolerance: 0.5, memoryBudget: budget)
      let targets = Matrix(problem.targets).view
      for code in try Pursuit(dictionary: dictionary, options: options).solve(targets) {
        #expect(code.relativeResidual <= 0.5 && code.atoms.count < dimension)
      }
      var shorter = options
      shorter.tolerance = 0
      let whole = try Pursuit(dictionary: dictionary, options: shorter).solve(targets)
      #expect(whole.allSatisfy { $0.relativeResidual < 1e-6 })
    }
  }

  @Test("A single atom, a target of zeros, and a target that no atom sees")
  func solvesSmallest() throws {
    let dictionary = try SparseDictionary(Matrix([[0, 2]]))
    for budget in [0, 1 << 20] {
      let pursuit = try Pursuit(
        dictionary: dictionary, options: .init(sparsity: 1, memoryBudget: budget))
      let codes = try pursuit.solve(Matrix([[3, 4], [0, 0], [1, 0]]).view)
      #expect(codes[0].atoms == [0] && codes[0].coefficients == [2])
      #expect(abs(codes[0].relativeResidual - 0.6) < 1e-6)
      #expect(codes[1] == SparseCode(atoms: [], coefficients: [], relativeResidual: 0))
      #expect(codes[2] == SparseCode(atoms: [], coefficients: [], relativeResidual: 1))
    }
  }

  @Test("Excluded atoms are never taken; of equal atoms the lowest that may be is")
  func excludesAtoms() throws {
    let atoms: [[Float]] = [[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]]
    for budget in [0, 1 << 20] {
      let pursuit = try Pursuit(
        dictionary: try SparseDictionary(Matrix(atoms)),
        options: .init(sparsity: 2, memoryBudget: budget))
      let target = Matrix([[3, 2, 1]]).view
      #expect(try pursuit.solve(target)[0].atoms == [0, 2])
      #expect(try pursuit.solve(target, excluding: [0])[0].atoms == [1, 2])
      #expect(try pursuit.solve(target, excluding: [0, 2])[0].atoms == [1, 3])
      #expect(throws: PursuitError.sparsityAboveAtoms(2, usable: 1)) {
        try pursuit.solve(target, excluding: [0, 1, 2, 3])
      }
    }
  }

  @Test("Blocks of any size give the same codes, and rows come in the order asked for")
  func dividesIntoBlocks() throws {
    var random = SeededGenerator(seed: 8)
    let atoms = Matrix((0..<50).map { _ in (0..<12).map { _ in random.normal() } })
    let targets = Matrix((0..<600).map { _ in (0..<12).map { _ in random.normal() } }).view
    let dictionary = try SparseDictionary(atoms)
    let small = try Pursuit(
      dictionary: dictionary, options: .init(sparsity: 5, memoryBudget: 50 * 50 * 4 + 7 * 1000))
    let large = try Pursuit(dictionary: dictionary, options: .init(sparsity: 5))
    var steps: [Int] = []
    let codes = try large.solve(targets) { steps.append($0) }
    #expect(steps == [256, 512, 600])
    #expect(try small.solve(targets).map(\.atoms) == codes.map(\.atoms))
    #expect(try large.solve(targets, rows: [7, 3])[0].atoms == codes[7].atoms)
    #expect(try large.solve(targets, rows: []) == [])
  }

  @Test("What progress throws ends the work")
  func cancels() throws {
    struct Cancelled: Error {}
    let pursuit = try Pursuit(
      dictionary: try SparseDictionary(Matrix([[1]])), options: .init(sparsity: 1))
    #expect(throws: Cancelled.self) {
      try pursuit.solve(Matrix([[1]]).view) { _ in throw Cancelled() }
    }
  }

  @Test("Few targets do not pay for a Gram matrix")
  func choosesRoute() throws {
    let problem = PursuitProblem(.gaussian, seed: 1)
    let dictionary = try SparseDictionary(Matrix(problem.atoms))
    let options = Pursuit.Options(sparsity: 1)
    #expect(try Pursuit(dictionary: dictionary, options: options).route == .gram)
    #expect(
      try Pursuit(dictionary: dictionary, options: options, targetCount: 2).route == .residual)
  }

  @Test("Problems without an answer are refused with their reason")
  func refuses() throws {
    #expect(throws: PursuitError.emptyDictionary) {
      try SparseDictionary(Matrix(rows: 0, columns: 3))
    }
    #expect(throws: PursuitError.nonFiniteAtom(row: 1)) {
      try SparseDictionary(Matrix([[1, 2], [.infinity, 0]]))
    }
    let dictionary = try SparseDictionary(Matrix([[1, 2], [0, 0], [3, 1]]))
    func pursuit(_ sparsity: Int, _ tolerance: Float = 0) throws -> Pursuit {
      try Pursuit(
        dictionary: dictionary, options: .init(sparsity: sparsity, tolerance: tolerance))
    }
    #expect(throws: PursuitError.sparsityBelowOne(0)) { try pursuit(0) }
    #expect(throws: PursuitError.sparsityAboveDimension(3, dimension: 2)) { try pursuit(3) }
    #expect(throws: PursuitError.invalidTolerance(-1)) { try pursuit(1, -1) }
    let single = try SparseDictionary(Matrix([[1, 2], [0, 0]]))
    #expect(throws: PursuitError.sparsityAboveAtoms(2, usable: 1)) {
      try Pursuit(dictionary: single, options: .init(sparsity: 2))
    }
    #expect(throws: PursuitError.dimensionMismatch(targets: 1, atoms: 2)) {
      try pursuit(1).solve(Matrix([[1]]).view)
    }
    #expect(throws: PursuitError.nonFiniteTarget(row: 2)) {
      try pursuit(1).solve(Matrix([[1, 1], [0, 0], [.nan, 0]]).view, rows: [1, 2])
    }
  }

  @Test(arguments: [1e-30, 1e30] as [Float])
  func `The length of a target makes no difference to its atoms`(length: Float) throws {
    var random = SeededGenerator(seed: 8)
    let atoms = (0..<200).map { _ in (0..<300).map { _ in 1 + random.normal() } }
    let targets = (0..<20).map { _ in (0..<300).map { _ in 3 + random.normal() } }
    let pursuit = try Pursuit(
      dictionary: try SparseDictionary(Matrix(atoms)), options: Pursuit.Options(sparsity: 12))
    #expect(pursuit.route == .gram)
    let codes = try pursuit.solve(Matrix(targets).view)
    let scaled = try pursuit.solve(Matrix(targets.map { $0.map { $0 * length } }).view)
    for (code, other) in zip(codes, scaled) {
      #expect(code.atoms == other.atoms)
      #expect(abs(code.relativeResidual - other.relativeResidual) < 1e-5)
    }
  }
}
