internal import Tensors
internal import Tokenization

/// Weighted sums of rows of a base matrix.
struct RowCombination: Sendable {
  let base: MatrixView

  /// Σ coefficients[i] · base[ids[i]] for every entry, one row each; zeros where there are none.
  func rows(_ terms: [(ids: [TokenID], coefficients: [Float])]) -> Matrix {
    var result = Matrix(rows: terms.count, columns: base.columns)
    result.withMutableElements { elements in
      // Safe: each index writes a row of its own.
      nonisolated(unsafe) let elements = elements
      let columns = base.columns
      parallelFor(count: terms.count) { index in
        let row = UnsafeMutableBufferPointer(
          rebasing: elements[(index * columns)..<((index + 1) * columns)])
        for (id, coefficient) in zip(terms[index].ids, terms[index].coefficients) {
          for (column, value) in base.row(Int(id)).enumerated() {
            row[column] += coefficient * value
          }
        }
      }
    }
    return result
  }
}
