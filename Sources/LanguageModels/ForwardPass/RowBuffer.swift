internal import Tensors

/// Rows of floats that many tasks read and write side by side: the working memory of a forward pass.
///
/// `@unchecked Sendable`: whoever divides work between tasks gives each of them rows or columns of its
/// own to write.
final class RowBuffer: @unchecked Sendable {
  let rows: Int
  let columns: Int
  let elements: UnsafeMutablePointer<Float>

  /// Rows of zeros.
  init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    elements = .allocate(capacity: max(rows * columns, 1))
    elements.initialize(repeating: 0, count: max(rows * columns, 1))
  }

  /// A copy of a matrix.
  convenience init(_ matrix: Matrix) {
    self.init(rows: matrix.rows, columns: matrix.columns)
    matrix.withElements { source in
      for index in source.indices { elements[index] = source[index] }
    }
  }

  deinit { elements.deallocate() }

  /// The first element of a row.
  subscript(row: Int) -> UnsafeMutablePointer<Float> { elements + row * columns }

  /// A copy of consecutive rows.
  func matrix(rows range: Range<Int>) -> Matrix {
    var result = Matrix(rows: range.count, columns: columns)
    result.withMutableElements { target in
      for index in target.indices { target[index] = self[range.lowerBound][index] }
    }
    return result
  }

  /// Calls `body` for every row, on all cores.
  func forEachRow(_ body: @Sendable (_ row: Int, _ elements: UnsafeMutablePointer<Float>) -> Void) {
    parallelFor(count: rows, pieceSize: 32) { piece in
      for row in piece { body(row, self[row]) }
    }
  }
}
