import TestSupport
import Testing

@testable import Tensors

@Suite struct MatrixTests {
  private func random(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
    var generator = SeededGenerator(seed: seed)
    var matrix = Matrix(rows: rows, columns: columns)
    matrix.withMutableElements { for index in $0.indices { $0[index] = generator.normal() } }
    return matrix
  }

  @Test("A copy of a matrix, and a view, keep their values when the original changes")
  func copiesOnWrite() {
    var matrix = Matrix([[1, 2], [3, 4]])
    let copy = matrix
    let view = matrix.view
    matrix[0, 1] = 9
    #expect(matrix.row(0) == [1, 9])
    #expect(copy.row(0) == [1, 2])
    #expect(view.row(0) == [1, 2])
  }

  @Test("Rows are taken from a view in the order that is asked for")
  func gathersRows() {
    let view = Matrix([[1, 2], [3, 4], [5, 6]]).view
    #expect(Matrix(view, rows: [2, 0, 2]).withElements { Array($0) } == [5, 6, 1, 2, 5, 6])
    #expect(Matrix(view).row(1) == [3, 4])
  }

  @Test("The first row with an infinity or a NaN is found")
  func findsNonFiniteRows() {
    var matrix = random(1000, 3, seed: 1)
    #expect(matrix.view.firstNonFiniteRow == nil)
    matrix[900, 1] = .nan
    matrix[700, 2] = -.infinity
    #expect(matrix.view.firstNonFiniteRow == 700)
  }

  @Test("Row norms are Euclidean, and do not overflow where squares of floats would")
  func measuresRows() {
    let norms = Matrix([[3, 4, 0, 0, 0], [1e30, 0, 0, 0, 0], [0, 0, 0, 0, 2]]).view.rowNorms
    #expect(norms[0] == 5 && norms[2] == 2)
    #expect(abs(norms[1] / 1e30 - 1) < 1e-6)
  }

  @Test("Products equal sums of products, for every way to transpose and across tiles")
  func multiplies() {
    for (rows, inner, columns) in [(1, 1, 1), (3, 5, 2), (300, 7, 2100), (0, 3, 2), (2, 0, 3)] {
      let left = random(rows, inner, seed: 2)
      let right = random(inner, columns, seed: 3)
      let expected = slowProduct(left, right)
      for (transposesLeft, transposesRight) in [(false, false), (true, false), (false, true)] {
        let product = LinearAlgebra.product(
          transposesLeft ? transposed(left) : left, transposesRight ? transposed(right) : right,
          transposingLeft: transposesLeft, transposingRight: transposesRight)
        expectClose(product, expected)
      }
    }
  }

  @Test("A Gram matrix holds all products of rows, is symmetric to the bit, and may be scaled")
  func computesGram() {
    let matrix = random(1600, 9, seed: 4)
    let gram = LinearAlgebra.gram(matrix)
    expectClose(gram, LinearAlgebra.product(matrix, matrix, transposingRight: true))
    #expect(isSymmetric(gram))
    let norms = matrix.view.rowNorms
    let scaled = LinearAlgebra.gram(matrix, scale: norms.map { Float(1 / $0) })
    #expect(isSymmetric(scaled))
    #expect((0..<1600).allSatisfy { abs(scaled[$0, $0] - 1) < 1e-5 })
    let cosine = Double(gram[3, 1500]) / (norms[3] * norms[1500])
    #expect(abs(Double(scaled[3, 1500]) - cosine) < 1e-5)
  }

  @Test("A matrix times a vector")
  func multipliesVector() {
    #expect(LinearAlgebra.product(Matrix([[1, 2], [3, 4], [5, 6]]), [1, -1]) == [-1, -1, -1])
  }

  private func slowProduct(_ left: Matrix, _ right: Matrix) -> Matrix {
    var result = Matrix(rows: left.rows, columns: right.columns)
    for row in 0..<left.rows {
      var sums = [Float](repeating: 0, count: right.columns)
      for (inner, value) in left.row(row).enumerated() {
        for (column, element) in right.row(inner).enumerated() { sums[column] += value * element }
      }
      result.withMutableRow(row) { _ = $0.update(fromContentsOf: sums) }
    }
    return result
  }

  private func transposed(_ matrix: Matrix) -> Matrix {
    var result = Matrix(rows: matrix.columns, columns: matrix.rows)
    for row in 0..<matrix.rows {
      for column in 0..<matrix.columns { result[column, row] = matrix[row, column] }
    }
    return result
  }

  private func isSymmetric(_ matrix: Matrix) -> Bool {
    matrix.withElements { elements in
      (0..<matrix.rows).allSatisfy { row in
        (0..<row).allSatisfy { column in
          elements[row * matrix.columns + column] == elements[column * matrix.columns + row]
        }
      }
    }
  }

  private func expectClose(_ result: Matrix, _ expected: Matrix) {
    let difference =
      zip(result.withElements { Array($0) }, expected.withElements { Array($0) })
      .map { abs($0 - $1) }.max() ?? 0
    #expect(difference < 1e-4)
    #expect(result.rows == expected.rows && result.columns == expected.columns)
  }
}
