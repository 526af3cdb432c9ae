package import Tensors

/// A linear map whose matrix stays in the mapped file.
///
/// Elements become float32 tile by tile as they are needed, so that no more than a tile per core is
/// held in memory.
package struct WeightMatrix: Sendable {
  package let inputs: Int
  package let outputs: Int
  private let view: MatrixView
  /// The first row, or column when stored by input, of `view` that belongs to the map.
  private let offset: Int
  /// Whether the matrix is stored inputs × outputs (GPT-2's `Conv1D`), and not outputs × inputs.
  let isStoredByInput: Bool
  /// What is added to each output.
  private let bias: [Float]?

  /// - Parameters:
  ///   - range: the outputs of `view` that belong to the map; all of them when `nil`.
  ///   - bias: one element for each of those.
  package init(
    _ view: MatrixView, outputs range: Range<Int>? = nil, bias: [Float]? = nil,
    isStoredByInput: Bool = false
  ) {
    let all = isStoredByInput ? view.columns : view.rows
    self.view = view
    self.isStoredByInput = isStoredByInput
    self.bias = bias
    inputs = isStoredByInput ? view.rows : view.columns
    outputs = range?.count ?? all
    offset = range?.lowerBound ?? 0
  }

  /// The tiles of a product; their size does not depend on the number of cores.
  static let tileRows = 512
  static let tileColumns = 256

  /// Computes the outputs for every row of `input` (n × inputs) into columns of `result`, from
  /// `column` on.
  package func apply(
    to input: RowBuffer, into result: RowBuffer, column: Int = 0, adding: Bool = false
  ) {
    Tiles(rows: input.rows, columns: outputs).runInParallel { rows, columns in
      let target = result[rows.lowerBound] + column + columns.lowerBound
      multiply(
        input, rows: rows, outputs: columns, into: target, stride: result.columns, adding: adding)
    }
  }

  /// Computes one tile on the calling thread: some outputs for some rows of `input`.
  ///
  /// - Parameter target: the tile's first element; rows of it are `stride` elements apart.
  func multiply(
    _ input: RowBuffer, rows: Range<Int>, outputs range: Range<Int>,
    into target: UnsafeMutablePointer<Float>, stride: Int, adding: Bool = false
  ) {
    withTile(range) { tile, tileStride in
      StridedProduct.multiply(
        rows: rows.count, columns: range.count, inner: inputs, input[rows.lowerBound],
        stride: input.columns, tile, stride: tileStride, transposingRight: !isStoredByInput,
        into: target, stride: stride, adding: adding)
    }
    guard let bias else { return }
    bias.withUnsafeBufferPointer { bias in
      for row in 0..<rows.count {
        let outputs = target + row * stride
        for (index, output) in range.enumerated() { outputs[index] += bias[output] }
      }
    }
  }

  /// Calls `body` with the part of the matrix that makes some of the outputs, as float32, and with the
  /// distance between its rows.
  private func withTile(
    _ range: Range<Int>, _ body: (UnsafePointer<Float>, _ stride: Int) -> Void
  ) {
    let first = offset + range.lowerBound
    let outputs = first..<(first + range.count)
    if isStoredByInput {
      view.withFloats(ofRows: 0..<inputs, columns: outputs, body)
    } else {
      view.withFloats(ofRows: outputs, columns: 0..<inputs, body)
    }
  }
}

extension WeightMatrix {
  /// Calls `body` with the part of the matrix that some of the inputs meet, as float32, and with the
  /// distance between its rows: outputs × inputs, or inputs × outputs when it is stored so.
  func withTransposedTile(
    _ range: Range<Int>, _ body: (UnsafePointer<Float>, _ stride: Int) -> Void
  ) {
    let all = offset..<(offset + outputs)
    if isStoredByInput {
      view.withFloats(ofRows: range, columns: all, body)
    } else {
      view.withFloats(ofRows: all, columns: range, body)
    }
  }
}

/// The division of a product into tiles.
package struct Tiles {
  package let rows: Int
  package let columns: Int

  package init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
  }

  /// Calls `body` for every tile, on all cores.
  package func runInParallel(_ body: @Sendable (_ rows: Range<Int>, _ columns: Range<Int>) -> Void)
  {
    let (height, width) = (WeightMatrix.tileRows, WeightMatrix.tileColumns)
    let across = (columns + width - 1) / width
    let down = (rows + height - 1) / height
    parallelFor(count: across * down) { tile in
      let row = tile / across * height
      let column = tile % across * width
      body(row..<min(row + height, rows), column..<min(column + width, columns))
    }
  }
}
