package import Tensors

/// What embedding methods do with the rows of a matrix.
extension Matrix {
  /// The mean of the rows, added up in `Double`; zeros for a matrix without rows.
  package func meanRow() -> [Float] {
    var sum = [Double](repeating: 0, count: columns)
    withElements { elements in
      for (index, value) in elements.enumerated() { sum[index % columns] += Double(value) }
    }
    return sum.map { Float($0 / Double(max(rows, 1))) }
  }

  /// The standard deviation of every column, given its mean.
  func columnDeviations(from mean: [Float]) -> [Float] {
    var squares = [Double](repeating: 0, count: columns)
    for row in 0..<rows {
      withRow(row) { row in
        for column in row.indices {
          let difference = Double(row[column] - mean[column])
          squares[column] += difference * difference
        }
      }
    }
    return squares.map { Float(($0 / Double(max(rows, 1))).squareRoot()) }
  }

  /// Takes over a row of another matrix.
  mutating func setRow(_ row: Int, to other: Matrix, row source: Int) {
    other.withRow(source) { source in
      withMutableRow(row) { _ = $0.update(fromContentsOf: source) }
    }
  }

  /// These rows and then those of another matrix.
  func joined(_ other: Matrix) -> Matrix {
    precondition(columns == other.columns)
    var result = Matrix(rows: rows + other.rows, columns: columns)
    result.withMutableElements { target in
      withElements { _ = target[..<$0.count].update(fromContentsOf: $0) }
      other.withElements { _ = target[(rows * columns)...].update(fromContentsOf: $0) }
    }
    return result
  }

  /// Adds `vector`, times `factor`, to every row.
  mutating func addToRows(_ vector: [Float], times factor: Float = 1) {
    precondition(vector.count == columns)
    for row in 0..<rows {
      withMutableRow(row) { row in
        for column in row.indices { row[column] += factor * vector[column] }
      }
    }
  }

  /// Divides every row by its norm; rows of zeros stay.
  func withUnitRows() -> Matrix {
    var result = self
    let norms = view.rowNorms
    for row in 0..<rows where norms[row] > 0 {
      let scale = Float(1 / norms[row])
      result.withMutableRow(row) { row in
        for column in row.indices { row[column] *= scale }
      }
    }
    return result
  }

  /// Whether a row holds nothing but zeros.
  func isZero(row: Int) -> Bool { withRow(row) { $0.allSatisfy { $0 == 0 } } }

  /// All elements times a factor.
  func scaled(by factor: Float) -> Matrix {
    var result = self
    result.withMutableElements { elements in
      for index in elements.indices { elements[index] *= factor }
    }
    return result
  }

  /// Adds `other`, times `factor`, element by element.
  mutating func add(_ other: Matrix, times factor: Float = 1) {
    precondition(rows == other.rows && columns == other.columns)
    other.withElements { other in
      withMutableElements { elements in
        for index in elements.indices { elements[index] += factor * other[index] }
      }
    }
  }
}

extension MatrixView {
  /// Whether a row holds nothing but zeros.
  func isZero(row: Int) -> Bool { self.row(row).allSatisfy { $0 == 0 } }
}
