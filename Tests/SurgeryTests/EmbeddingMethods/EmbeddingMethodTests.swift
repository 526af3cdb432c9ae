import Tensors
import TestSupport
import Testing
import Tokenization

@testable import Surgery

/// Every method against a slow obvious form of it, or against a truth that it must find.
@Suite struct EmbeddingMethodTests {
  @Test(arguments: 1...4)
  func `Pieces are weighted as the method says`(seed: UInt64) throws {
    let random = MethodProblem(seed: seed)
    for name in ["fvt", "first", "last", "weighted"] {
      let expected = random.targetIDs.map { target -> [Double] in
        let pieces = random.pieces[target] ?? []
        return Slow.combination(
          pieces.map { random.base[Int($0)] }, Self.weights(name, count: pieces.count))
      }
      #expect(Slow.difference(try random.rows(name), expected) < 1e-5, "\(name)")
    }
  }

  private static func weights(_ name: String, count: Int) -> [Double] {
    (0..<count).map { index in
      switch name {
      case "first": index == 0 ? 1 : 0
      case "last": index == count - 1 ? 1 : 0
      case "weighted": 2 * Double(index + 1) / Double(count * (count + 1))
      default: 1 / Double(count)
      }
    }
  }

  @Test func `A token without pieces has nothing to go by`() throws {
    var random = MethodProblem(seed: 1)
    random.pieces = [:]
    let made = try PieceRows(.mean).fit(to: random.problem) { _ in }
      .rows(for: random.targetIDs[...])
    #expect(made.origins.allSatisfy { $0 == .mean })
  }

  @Test(arguments: 1...4)
  func `Ridge recovers a linear truth`(seed: UInt64) throws {
    var random = MethodProblem(seed: seed)
    let map = MethodProblem(seed: seed + 100).donor
    func image(_ row: [Float]) -> [Float] {
      (0..<5).map { column in
        Float(column) + zip(row, map).reduce(0) { $0 + $1.0 * $1.1[column] }
      }
    }
    random.base = random.anchorRows.map(image)
    let expected = random.targetRows.map { image($0).map(Double.init) }
    #expect(Slow.difference(try random.rows("ridge"), expected) < 0.02)
    #expect(Slow.difference(try random.rows("ridge-1e-7"), expected) < 1e-3)
  }

  @Test(arguments: 1...4)
  func `Procrustes recovers a rotation with scale and shift`(seed: UInt64) throws {
    var random = MethodProblem(seed: seed, base: 4, donor: 4)
    // Two plane rotations in four dimensions.
    func image(_ row: [Float]) -> [Float] {
      let (c, s): (Float, Float) = (0.6, 0.8)
      let turned = [
        c * row[0] - s * row[1], s * row[0] + c * row[1], row[3], -row[2],
      ]
      return turned.map { 2.5 * $0 + 1 }
    }
    random.base = random.anchorRows.map(image)
    let expected = random.targetRows.map { image($0).map(Double.init) }
    #expect(Slow.difference(try random.rows("procrustes"), expected) < 1e-4)
  }

  @Test func `Relative representations recover a rotation but for the length`() throws {
    var random = MethodProblem(seed: 3, anchors: 200, base: 4, donor: 4)
    random.base = random.anchorRows.map { [$0[1], -$0[0], $0[3], $0[2]] }
    let mean = Slow.mean(random.base)
    for (made, donor) in zip(try random.rows("relative"), random.targetRows) {
      let real = [donor[1], -donor[0], donor[3], donor[2]]
      func centred(_ row: [Float]) -> [Float] { zip(row, mean).map { Float(Double($0) - $1) } }
      #expect(Slow.cosine(centred(made), centred(real)) > 0.97)
    }
  }

  @Test func `An analogy without a deviation is the mean of the pieces`() throws {
    var random = MethodProblem(seed: 5)
    for target in random.targetIDs {
      let pieces = random.pieces[target] ?? []
      random.donor[Int(target)] = Slow.mean(pieces.map { random.donor[Int($0)] }).map { Float($0) }
    }
    let (analogy, pieces) = (try random.rows("analogy"), try random.rows("fvt"))
    #expect(Slow.difference(analogy, pieces.map { $0.map(Double.init) }) < 1e-5)
  }

  @Test(arguments: 1...4)
  func `Similar tokens are weighted as the definitions say`(seed: UInt64) throws {
    let random = MethodProblem(seed: seed)
    var (nearest, proportional, sparse): ([[Double]], [[Double]], [[Double]]) = ([], [], [])
    for target in random.targetRows {
      let cosines = random.anchorRows.map { Slow.cosine($0, target) }
      let order = cosines.indices.sorted { cosines[$0] > cosines[$1] }
      let sum = cosines.reduce(0, +)
      proportional.append(Slow.combination(random.base, cosines.map { $0 / sum }))
      var weights = [Double](repeating: 0, count: cosines.count)
      for index in order.prefix(4) { weights[index] = exponential(10 * cosines[index]) }
      let total = weights.reduce(0, +)
      nearest.append(Slow.combination(random.base, weights.map { $0 / total }))
      // The threshold of sparsemax by bisection: the weights above it add up to 1.
      var (low, high) = (-30.0, 30.0)
      for _ in 0..<200 {
        let middle = (low + high) / 2
        let mass = cosines.reduce(0) { $0 + max(20 * $1 - middle, 0) }
        if mass > 1 { low = middle } else { high = middle }
      }
      sparse.append(Slow.combination(random.base, cosines.map { max(20 * $0 - low, 0) }))
    }
    #expect(Slow.difference(try random.rows("knn-4"), nearest) < 1e-4)
    #expect(Slow.difference(try random.rows("focus-20"), sparse) < 1e-3)
    // The sum of the cosines may be near 0, where rounding is magnified.
    let scale = proportional.joined().map(abs).max() ?? 1
    #expect(Slow.difference(try random.rows("clp"), proportional) < 1e-3 * max(scale, 1))
  }

  private func exponential(_ value: Double) -> Double {
    // Powers of a small step, so that the test has no library of its own.
    var result = 1.0
    for _ in 0..<1024 { result *= 1 + value / 1024 + value * value / (2 * 1024 * 1024) }
    return result
  }

  @Test func `An exact duplicate in the donor gives the duplicate's row`() throws {
    var random = MethodProblem(seed: 6)
    random.donor[random.anchorCount] = random.donor[17]
    for name in ["knn-1", "omp-1", "omp-c1"] {
      let row = try random.rows(name)[0]
      #expect(Slow.difference([row], [random.base[17].map(Double.init)]) < 1e-4, "\(name)")
    }
  }

  @Test func `Centred pursuit is plain pursuit in centred spaces`() throws {
    let random = MethodProblem(seed: 7)
    let (donorMean, baseMean) = (Slow.mean(random.anchorRows), Slow.mean(random.base))
    var centred = random
    centred.donor = random.donor.map { zip($0, donorMean).map { Float(Double($0) - $1) } }
    centred.base = random.base.map { zip($0, baseMean).map { Float(Double($0) - $1) } }
    let expected = try centred.rows("omp-3").map { row in
      zip(row, baseMean).map { Double($0) + $1 }
    }
    #expect(Slow.difference(try random.rows("omp-c3"), expected) < 1e-4)
  }

  @Test func `A pursuit after a ridge map that explains everything is the map`() throws {
    var random = MethodProblem(seed: 8)
    random.base = random.anchorRows.map { Array($0.prefix(5)) }
    let ridge = try random.rows("ridge").map { $0.map(Double.init) }
    #expect(Slow.difference(try random.rows("ridge-omp-4"), ridge) < 0.02)
  }

  @Test func `Constant rows are what they are called`() throws {
    let random = MethodProblem(seed: 9, anchors: 400)
    let mean = Slow.mean(random.base)
    #expect(Slow.difference(try random.rows("mean"), random.targetIDs.map { _ in mean }) < 1e-5)
    #expect(try random.rows("zero").allSatisfy { $0.allSatisfy { $0 == 0 } })
    let normal = try random.rows("normal")
    #expect(try random.rows("normal") == normal && Set(normal).count == normal.count)
    #expect(normal.joined().allSatisfy { abs($0) < 7 })
  }

  @Test func `A blend is the average, without the parts that have nothing to go by`() throws {
    var random = MethodProblem(seed: 10)
    let (last, ridge) = (try random.rows("last"), try random.rows("ridge"))
    let expected = zip(last, ridge).map { zip($0, $1).map { (Double($0) + Double($1)) / 2 } }
    #expect(Slow.difference(try random.rows("last+ridge"), expected) < 1e-6)
    random.pieces = [:]
    let alone = try random.rows("last+ridge")
    #expect(Slow.difference(alone, ridge.map { $0.map(Double.init) }) < 1e-6)
  }

  static let names = [
    "fvt", "weighted", "first", "last", "omp-3", "omp-r3", "omp-c3", "omp-cr3", "ridge-omp-3",
    "ridge-omp-r3", "ridge", "ridge-0.5", "procrustes", "relative", "analogy", "knn-4", "focus",
    "focus-20", "clp", "mean", "zero", "normal", "last+omp-c3", "fvt+ridge+analogy",
  ]

  @Test(arguments: names)
  func `A name is read as written, and rows do not depend on blocks`(name: String) throws {
    let random = MethodProblem(seed: 11)
    let method = try MethodNotation.method(name)
    #expect(method.name == name)
    let fitted = try method.fit(to: random.problem) { _ in }
    let targets = random.targetIDs
    let all = try fitted.rows(for: targets[...])
    for split in [1, 4] {
      let parts = [
        try fitted.rows(for: targets[..<split]), try fitted.rows(for: targets[split...]),
      ]
      #expect(parts.flatMap(\.origins) == all.origins)
      let rows = parts.flatMap { part in (0..<part.rows.rows).map { part.rows.row($0) } }
      let whole = (0..<all.rows.rows).map { all.rows.row($0).map(Double.init) }
      #expect(Slow.difference(rows, whole) < 1e-5)
    }
  }

  @Test(arguments: ["", "omp", "omp-0", "omp--3", "knn-", "last+", "+last", "last++fvt", "Ridge"])
  func `An unknown name is refused with the names there are`(name: String) throws {
    let error = #expect(throws: MethodError.self) { try MethodNotation.method(name) }
    #expect(error.map { "\($0)".contains("analogy") } == true)
  }

  @Test func `A zero donor row says nothing`() throws {
    var random = MethodProblem(seed: 12)
    random.donor[random.anchorCount] = [Float](repeating: 0, count: 7)
    for name in ["omp-3", "omp-c3", "ridge", "analogy", "knn-3", "clp", "procrustes"] {
      let made = try MethodNotation.method(name).fit(to: random.problem) { _ in }
        .rows(for: random.targetIDs[...])
      #expect(made.origins[0] == .mean && made.origins[1] != .mean, "\(name)")
    }
  }

  @Test func `Donor-free methods say so, and the others refuse to work without a donor`() throws {
    var problem = MethodProblem(seed: 13).problem
    problem.donor = nil
    for name in Self.names {
      let method = try MethodNotation.method(name)
      if method.needsDonor {
        #expect(throws: MethodError.self, "\(name)") { try method.fit(to: problem) { _ in } }
      } else {
        _ = try method.fit(to: problem) { _ in }.rows(for: problem.targets[...])
      }
    }
  }
}
