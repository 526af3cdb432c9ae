package import Tensors

/// Rows of floats that many tasks read and write side by side: the working memory of a forward pass.
///
/// `@unchecked Sendable`: whoever divides work between tasks gives each of them rows or columns of its
/// own to write.
package final class RowBuffer: @unchecked Sendable {
  package let rows: Int
  package let columns: Int
  package let elements: UnsafeMutablePointer<Float>

  /// Rows of zeros.
  package init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    elements = .allocate(capacity: max(rows * columns, 1))
    elements.initialize(repeating: 0, count: max(rows * columns, 1))
  }

  /// A copy of a matrix.
  package convenience init(_ matrix: Matrix) {
    self.init(rows: matrix.rows, columns: matrix.columns)
    copy(matrix, firstRow: 0)
  }

  /// A copy of other rows.
  package convenience init(copying other: RowBuffer) {
    self.init(rows: other.rows, columns: other.columns)
    copy(other)
  }

  deinit { elements.deallocate() }

  /// Takes over the elements of rows of the same shape.
  package func copy(_ other: RowBuffer) {
    elements.update(from: other.elements, count: rows * columns)
  }

  /// Takes over the rows of a matrix, from `firstRow` on.
  package func copy(_ matrix: Matrix, firstRow: Int) {
    precondition(matrix.columns == columns && firstRow + matrix.rows <= rows)
    matrix.withElements { source in
      guard let first = source.baseAddress else { return }
      self[firstRow].update(from: first, count: source.count)
    }
  }

  /// Adds the elements of rows of the same shape.
  package func add(_ other: RowBuffer) {
    forEachRow { row, elements in
      let terms = other[row]
      for index in 0..<other.columns { elements[index] += terms[index] }
    }
  }

  /// Multiplies all elements.
  package func scale(by factor: Float) {
    guard factor != 1 else { return }
    for index in 0..<(rows * columns) { elements[index] *= factor }
  }

  /// Makes all elements 0.
  package func clear() { elements.update(repeating: 0, count: rows * columns) }

  /// The first element of a row.
  package subscript(row: Int) -> UnsafeMutablePointer<Float> { elements + row * columns }

  /// A copy of consecutive rows.
  package func matrix(rows range: Range<Int>) -> Matrix {
    var result = Matrix(rows: range.count, columns: columns)
    result.withMutableElements { target in
      for index in target.indices { target[index] = self[range.lowerBound][index] }
    }
    return result
  }

  /// Calls `body` for every row, on all cores.
  package func forEachRow(
    _ body: @Sendable (_ row: Int, _ elements: UnsafeMutablePointer<Float>) -> Void
  ) {
    parallelFor(count: rows, pieceSize: 32) { piece in
      for row in piece { body(row, self[row]) }
    }
  }
}
