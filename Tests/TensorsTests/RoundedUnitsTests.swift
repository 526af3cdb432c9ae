import TestSupport
import Testing

@testable import Tensors

/// Vectors rounded at random, held to products in double precision.
@Suite struct RoundedUnitsTests {
  /// The products of all rounded vectors with each other, with their steps.
  private static func products(_ left: RoundedUnits, _ right: RoundedUnits) -> [[Float]] {
    let stride = RoundedUnits.wholeGroups(right.count)
    var products = [Float](
      repeating: .nan, count: RoundedUnits.wholeGroups(left.count) * stride)
    products.withUnsafeMutableBufferPointer { products in
      guard let start = products.baseAddress else { return }
      left.multiply(
        0..<left.groupCount, by: right, 0..<right.groupCount, into: start, stride: stride)
    }
    return (0..<left.count).map { row in
      (0..<right.count).map { column in
        products[row * stride + column] * left.steps[row] * right.steps[column]
      }
    }
  }

  private static func rounded(_ rows: [[Float]], after earlier: Int = 0) -> RoundedUnits {
    let norms = rows.map { $0.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot() }
    return RoundedUnits(
      Matrix(rows), inverseNorms: norms.map { $0 > 0 ? Float(1 / $0) : 0 }, after: earlier)
  }

  private static func cosine(_ left: [Float], _ right: [Float]) -> Double {
    func product(_ left: [Float], _ right: [Float]) -> Double {
      zip(left, right).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    return product(left, right) / (product(left, left) * product(right, right)).squareRoot()
  }

  @Test(arguments: [1, 2, 15, 16, 17, 70], [1, 2, 3, 255, 256, 257, 511, 1000])
  func `Products are those of the unit vectors, within the deviation`(
    count: Int, dimension: Int
  ) {
    var random = SeededGenerator(seed: UInt64(count * 1000 + dimension))
    func vectors(_ count: Int) -> [[Float]] {
      (0..<count).map { _ in
        let length = Float.random(in: 0.001...1000, using: &random)
        return (0..<dimension).map { _ in random.normal() * length }
      }
    }
    let (left, right) = (vectors(20), vectors(count))
    let units = (left: Self.rounded(left), right: Self.rounded(right, after: 20))
    let products = Self.products(units.left, units.right)
    for row in left.indices {
      for column in right.indices {
        let error = abs(Double(products[row][column]) - Self.cosine(left[row], right[column]))
        let steps = units.left.steps[row] + units.right.steps[column]
        #expect(error <= Double(RoundedUnits.deviation * steps))
      }
    }
  }

  @Test func `Rounding is right in the mean`() {
    var random = SeededGenerator(seed: 3)
    let rows = (0..<150).map { _ in (0..<64).map { _ in random.normal() } }
    let units = Self.rounded(rows)
    let products = Self.products(units, units)
    var (sum, squares, count) = (0.0, 0.0, 0.0)
    for row in 0..<150 {
      for column in 0..<row {
        let error = Double(products[row][column]) - Self.cosine(rows[row], rows[column])
        sum += error / Double(units.largestStep)
        squares += error * error / Double(units.largestStep * units.largestStep)
        count += 1
      }
    }
    #expect(abs(sum / count) < 5 * (squares / count / count).squareRoot())
    // Each of two vectors errs by at most half a step in the root mean square.
    #expect(squares / count < 0.5)
  }

  @Test(arguments: [1, 64, 256, 300, 4096])
  func `The largest products do not overflow`(dimension: Int) {
    let ones = [Float](repeating: 1, count: dimension)
    let signs = (0..<dimension).map { Float($0 % 2 * 2 - 1) }
    let one = (0..<dimension).map { Float($0 == dimension / 2 ? 1 : 0) }
    let steep = (0..<dimension).map { Float(1) / Float(1 + $0) }
    let rows = [ones, ones.map { -$0 }, signs, one, one.map { -$0 }, steep]
    let units = Self.rounded(rows)
    let products = Self.products(units, units)
    for row in rows.indices {
      for column in rows.indices {
        let error = abs(Double(products[row][column]) - Self.cosine(rows[row], rows[column]))
        // A vector's product with itself has the error of rounding twice.
        #expect(error <= Double(2 * RoundedUnits.deviation * units.largestStep))
      }
    }
  }

  @Test func `Vectors of zeros, and those that count as such, have products of 0`() {
    let units = RoundedUnits(
      Matrix([[0, 0, 0], [1, 2, 3], [1, 1, 1]]), inverseNorms: [0, 0, 0.577_350_3])
    #expect(units.steps[0] == 0 && units.steps[1] == 0 && units.steps[2] > 0)
    let products = Self.products(units, units)
    #expect(products[0] == [0, 0, 0] && products[1] == [0, 0, 0])
    #expect(abs(products[2][2] - 1) < 1e-3)
  }

  @Test func `The same vectors make the same integers, later ones draw other numbers`() {
    var random = SeededGenerator(seed: 5)
    let rows = (0..<40).map { _ in (0..<300).map { _ in random.normal() } }
    let products = [0, 0, 40].map { earlier in
      let units = Self.rounded(rows, after: earlier)
      return Self.products(units, units)
    }
    #expect(products[0] == products[1] && products[0] != products[2])
  }

  @Test(arguments: [1e-15, 1e15] as [Float])
  func `Vectors may be very short or long`(length: Float) {
    var random = SeededGenerator(seed: 6)
    let rows = (0..<5).map { _ in (0..<300).map { _ in random.normal() } }
    let units = Self.rounded(rows.map { $0.map { $0 * length / 17 } })
    let products = Self.products(units, units)
    for row in 0..<5 {
      #expect(abs(Double(products[row][0]) - Self.cosine(rows[row], rows[0])) < 1e-3)
    }
  }

  @Test func `Parts are products of the groups that are asked for`() {
    var random = SeededGenerator(seed: 7)
    let rows = (0..<100).map { _ in (0..<40).map { _ in random.normal() } }
    let units = Self.rounded(rows)
    let all = Self.products(units, units)
    var part = [Float](repeating: 0, count: 32 * 64)
    part.withUnsafeMutableBufferPointer { part in
      guard let start = part.baseAddress else { return }
      units.multiply(2..<4, by: units, 1..<5, into: start, stride: 64)
    }
    for row in 0..<32 {
      for column in 0..<64 {
        let steps = (units.steps[32 + row], units.steps[16 + column])
        #expect(part[row * 64 + column] * steps.0 * steps.1 == all[32 + row][16 + column])
      }
    }
  }
}
