import TestSupport
import Testing

@testable import Tensors

/// The Gram matrix in 16-bit integers, held to products in double precision.
@Suite struct UnitGramTests {
  @Test(arguments: [1, 5, 900])
  func `Elements are the products of unit vectors, rounded, and symmetric`(count: Int) {
    var random = SeededGenerator(seed: UInt64(count))
    let rows = (0..<count).map { _ in (0..<7).map { _ in random.normal() } }
    let norms = rows.map { $0.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot() }
    let units = RoundedUnits(Matrix(rows), inverseNorms: norms.map { Float(1 / $0) })
    let gram = UnitGram(units)
    for row in stride(from: 0, to: count, by: max(count / 20, 1)) {
      for column in 0..<count {
        let product = zip(rows[row], rows[column]).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        let stored = Double(gram.row(row)[column]) * Double(UnitGram.unit)
        let error = abs(stored - product / norms[row] / norms[column])
        let steps = units.steps[row] + units.steps[column]
        #expect(error <= Double(UnitGram.largestRounding + RoundedUnits.deviation * steps))
        #expect(gram.row(row)[column] == gram.row(column)[row])
      }
    }
  }

  @Test func `A vector without a norm has a row of zeros`() {
    let gram = UnitGram(
      RoundedUnits(Matrix([[3, 4], [0, 0], [1, 0]]), inverseNorms: [0.2, 0, 1]))
    #expect((0..<3).allSatisfy { gram.row(1)[$0] == 0 && gram.row($0)[1] == 0 })
    #expect(abs(Int(gram.row(0)[0]) - 32767) < 9 && abs(Int(gram.row(0)[2]) - 19660) < 9)
  }

  @Test func `Nothing makes an empty matrix`() {
    #expect(UnitGram(RoundedUnits(Matrix(rows: 0, columns: 3), inverseNorms: [])).count == 0)
  }

  @Test func `Progress rises to 1, and what it throws ends the work`() throws {
    struct Stop: Error {}
    let units = RoundedUnits(
      Matrix(rows: 7000, columns: 2), inverseNorms: [Float](repeating: 0, count: 7000))
    var fractions: [Double] = []
    _ = UnitGram(units) { fractions.append($0) }
    #expect(fractions.count > 1 && fractions == fractions.sorted() && fractions.last == 1)
    #expect(throws: Stop.self) {
      _ = try UnitGram(units) { _ in throw Stop() }
    }
  }
}
