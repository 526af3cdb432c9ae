internal import Tensors
internal import Tokenization

/// Rows made from a base matrix after recipes.
struct RowSynthesis: Sendable {
  let base: MatrixView
  /// The mean of the anchors' base rows.
  private let mean: [Float]

  init(base: MatrixView, anchors: [(donor: TokenID, base: TokenID)]) {
    self.base = base
    var sum = [Double](repeating: 0, count: base.columns)
    for anchor in anchors {
      for (column, value) in base.row(Int(anchor.base)).enumerated() {
        sum[column] += Double(value)
      }
    }
    mean = sum.map { Float($0 / Double(max(anchors.count, 1))) }
  }

  /// The rows of `recipes`, one after the other.
  func rows(_ recipes: ArraySlice<RowRecipe>) -> Matrix {
    var result = Matrix(rows: recipes.count, columns: base.columns)
    result.withMutableElements { elements in
      // Safe: each index writes a row of its own.
      nonisolated(unsafe) let elements = elements
      let columns = base.columns
      parallelFor(count: recipes.count) { index in
        let row = elements[(index * columns)..<((index + 1) * columns)]
        fill(UnsafeMutableBufferPointer(rebasing: row), recipes[recipes.startIndex + index])
      }
    }
    return result
  }

  private func fill(_ row: UnsafeMutableBufferPointer<Float>, _ recipe: RowRecipe) {
    switch recipe {
    case .base(let id): base.copyRows(Int(id)..<(Int(id) + 1), into: row)
    case .mean, .padding: _ = row.update(fromContentsOf: mean)
    case .combination(let ids, let coefficients, _):
      row.update(repeating: 0)
      for (id, coefficient) in zip(ids, coefficients) {
        for (column, value) in base.row(Int(id)).enumerated() { row[column] += coefficient * value }
      }
    }
  }

  /// The matrix of `recipes` as new content for the base's tensor: copied rows bit for bit, the others
  /// rounded to its element type.
  func replacement(_ recipes: [RowRecipe], isVector: Bool) -> TensorReplacement {
    let shape = isVector ? [recipes.count] : [recipes.count, base.columns]
    return TensorReplacement(shape: shape) { sink in
      let blockSize = 256
      for start in stride(from: 0, to: recipes.count, by: blockSize) {
        let block = recipes[start..<min(start + blockSize, recipes.count)]
        let rows = rows(block)
        for (index, recipe) in block.enumerated() {
          if case .base(let id) = recipe {
            try sink.write(rows: Int(id)..<(Int(id) + 1), of: base)
          } else {
            try rows.withRow(index) { row in try sink.write(row) }
          }
        }
      }
    }
  }
}
