import Tensors
import TestSupport
import Testing

@testable import Surgery

/// Rows that maps from other rows correct.
@Suite struct LinearCorrectionTests {
  private static func random(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
    var generator = SeededGenerator(seed: seed)
    return Matrix(
      (0..<rows).map { _ in (0..<columns).map { _ in .random(in: -1...1, using: &generator) } })
  }

  private let start = random(9, 4, seed: 1)
  private let parts = [random(9, 4, seed: 2), random(9, 4, seed: 3)]

  @Test func `Rows are not changed before anything is learnt`() {
    let correction = LinearCorrection(start: start, parts: parts)
    for row in 0..<9 { #expect(correction.rows().row(row) == start.row(row)) }
  }

  @Test func `Some rows are those of all rows, and zeros elsewhere`() {
    var correction = LinearCorrection(start: start, parts: parts)
    let slopes = Self.random(9, 4, seed: 4)
    correction.step(correction.mapGradient(slopes, at: Array(0..<9)), rate: 0.1)
    let (all, some) = (correction.rows(), correction.rows(at: [2, 7]))
    for row in 0..<9 {
      let expected = [2, 7].contains(row) ? all.row(row) : [0, 0, 0, 0]
      for (left, right) in zip(some.row(row), expected) { #expect(abs(left - right) < 1e-6) }
    }
  }

  @Test func `A step lowers a linear cost by what the gradient foretells`() {
    var correction = LinearCorrection(start: start, parts: parts)
    let slopes = Self.random(9, 4, seed: 5)
    func cost(_ rows: Matrix) -> Double {
      (0..<9).reduce(0.0) { total, row in
        zip(rows.row(row), slopes.row(row)).reduce(total) { $0 + Double($1.0 * $1.1) }
      }
    }
    let gradient = correction.mapGradient(slopes, at: Array(0..<9))
    // Adam's first step moves every parameter by the rate, against the sign of its gradient.
    let rate: Float = 0.01
    let foretold = gradient.withElements { $0.reduce(0.0) { $0 + Double(abs($1)) } } * Double(rate)
    let before = cost(correction.rows())
    correction.step(gradient, rate: rate)
    #expect(abs(before - cost(correction.rows()) - foretold) < 1e-3 * foretold)
  }

  @Test func `The constant alone moves rows that no part knows anything of`() {
    let nothing = Matrix(rows: 9, columns: 4)
    var correction = LinearCorrection(start: start, parts: [nothing])
    let slopes = Matrix([[Float]](repeating: [1, -1, 0.5, 2], count: 9))
    correction.step(correction.mapGradient(slopes, at: Array(0..<9)), rate: 0.1)
    let changes = (0..<9).map { row in
      zip(correction.rows().row(row), start.row(row)).map { $0 - $1 }
    }
    for change in changes {
      for (left, right) in zip(change, changes[0]) { #expect(abs(left - right) < 1e-6) }
      #expect(change[0] < 0 && change[1] > 0 && change[2] < 0 && change[3] < 0)
    }
  }
}
