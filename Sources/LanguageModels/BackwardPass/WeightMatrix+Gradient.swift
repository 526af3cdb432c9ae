internal import Tensors

extension WeightMatrix {
  /// Carries gradients by the outputs back to gradients by the inputs: the product with the transposed
  /// matrix. The weights themselves are constants.
  ///
  /// - Parameters:
  ///   - gradient: one row per row of the input; the outputs' part begins at `column`.
  ///   - result: n × inputs.
  ///   - adding: whether the product is added to what `result` holds.
  package func applyTransposed(
    to gradient: RowBuffer, column: Int = 0, into result: RowBuffer, adding: Bool = false
  ) {
    Tiles(rows: gradient.rows, columns: inputs).runInParallel { rows, columns in
      withTransposedTile(columns) { tile, stride in
        StridedProduct.multiply(
          rows: rows.count, columns: columns.count, inner: outputs,
          gradient[rows.lowerBound] + column, stride: gradient.columns, tile, stride: stride,
          transposingRight: isStoredByInput, into: result[rows.lowerBound] + columns.lowerBound,
          stride: result.columns, adding: adding)
      }
    }
  }
}
