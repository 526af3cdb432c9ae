public import Tensors

/// Rows of words from a stored matrix without any fitted weights.
public enum RowPooling: Sendable, Equatable {
  /// The mean of the rows of a word's units.
  case mean
  /// The mean with weights that rise with the position: i for the i-th unit (Muennighoff 2022, SGPT).
  case positionWeighted

  /// The rows of words.
  ///
  /// - Parameters:
  ///   - words: for each word, the rows of the table that its units have.
  ///   - table: units × dimensions.
  /// - Returns: words × dimensions; zeros for a word without units.
  public func rows(of words: [[Int]], in table: MatrixView) -> Matrix {
    var result = Matrix(rows: words.count, columns: table.columns)
    for (index, units) in words.enumerated() where !units.isEmpty {
      let count = units.count
      result.withMutableRow(index) { sum in
        for (place, unit) in units.enumerated() {
          let weight: Float =
            switch self {
            case .mean: 1 / Float(count)
            case .positionWeighted: Float(2 * (place + 1)) / Float(count * (count + 1))
            }
          let row = table.row(unit)
          for column in sum.indices { sum[column] += weight * row[column] }
        }
      }
    }
    return result
  }
}

extension ByteNGrams {
  /// The rows of words: the means of the rows of their n-grams, as in fastText.
  ///
  /// - Parameter table: buckets × dimensions.
  /// - Returns: words × dimensions.
  public func rows(of words: [[UInt8]], in table: MatrixView) -> Matrix {
    precondition(table.rows >= bucketCount)
    return RowPooling.mean.rows(of: words.map { buckets(of: $0) }, in: table)
  }

  /// How often each n-gram occurs in each word: what a map to rows is fitted to.
  ///
  /// - Returns: words × buckets.
  public func counts(of words: [[UInt8]]) -> Matrix {
    var result = Matrix(rows: words.count, columns: bucketCount)
    for (index, word) in words.enumerated() {
      result.withMutableRow(index) { row in
        for bucket in buckets(of: word) { row[bucket] += 1 }
      }
    }
    return result
  }
}
