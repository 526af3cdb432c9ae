internal import LanguageModels
internal import Tensors

/// The gradient by all parameters of a hypernetwork, laid out as they are.
///
/// Each element is added up in an order that the shapes alone decide, so that every number of cores gives
/// the same bits.
final class ParameterGradient: Sendable {
  private let buffer: RowBuffer

  /// Zeros.
  init(_ layout: ParameterLayout) { buffer = RowBuffer(rows: 1, columns: layout.count) }

  var elements: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: buffer.elements, count: buffer.columns)
  }

  /// The first element of the gradient by a tensor.
  func start(_ place: Int) -> UnsafeMutablePointer<Float> { buffer.elements + place }

  func clear() { buffer.clear() }

  /// Adds the product of `slopes` (n × outputs) transposed and `inputs` (n × inputs): the gradient by
  /// the matrix of a linear map.
  func addProduct(_ slopes: RowBuffer, _ inputs: RowBuffer, at place: Int) {
    Tiles(rows: slopes.columns, columns: inputs.columns).runInParallel { [self] rows, columns in
      StridedProduct.multiply(
        rows: rows.count, columns: columns.count, inner: slopes.rows,
        slopes.elements + rows.lowerBound, stride: slopes.columns, transposingLeft: true,
        inputs.elements + columns.lowerBound, stride: inputs.columns, transposingRight: false,
        into: start(place) + rows.lowerBound * inputs.columns + columns.lowerBound,
        stride: inputs.columns, adding: true)
    }
  }

  /// Adds the sum of all rows.
  func addColumnSums(_ rows: RowBuffer, at place: Int) {
    parallelFor(count: rows.columns, pieceSize: 128) { [self] columns in
      let target = start(place)
      for row in 0..<rows.rows {
        let elements = rows[row]
        for column in columns { target[column] += elements[column] }
      }
    }
  }

  /// Adds a row to a row of a table of embeddings.
  func addRow(_ elements: UnsafePointer<Float>, count: Int, at place: Int) {
    let target = start(place)
    for index in 0..<count { target[index] += elements[index] }
  }
}
