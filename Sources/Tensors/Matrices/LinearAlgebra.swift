internal import COpenBLAS

/// Matrix products by OpenBLAS, cut into tiles of fixed size that run on all cores.
///
/// The tiles, and with them the order of additions, depend only on the shapes, so that every number of
/// cores gives the same bits.
public enum LinearAlgebra {
  /// Rows and columns of the result that one task computes. Wide enough that packing the operands,
  /// which each task does anew, stays far below the product itself.
  private static let tileRows = 256
  private static let tileColumns = 2048

  /// The product `left` · `right`, where each operand may be taken transposed.
  ///
  /// - Returns: a matrix of (rows of the left operand) × (columns of the right operand).
  public static func product(
    _ left: Matrix, _ right: Matrix, transposingLeft: Bool = false, transposingRight: Bool = false
  ) -> Matrix {
    let rows = transposingLeft ? left.columns : left.rows
    let inner = transposingLeft ? left.rows : left.columns
    let columns = transposingRight ? right.rows : right.columns
    precondition(
      inner == (transposingRight ? right.columns : right.rows),
      "the operands of a product disagree about the inner dimension")
    var result = Matrix(rows: rows, columns: columns)
    guard inner > 0 else { return result }
    result.withMutableElements { result in
      left.withElements { left in
        right.withElements { right in
          let operands = Operands(
            left: left, right: right, result: result, rows: rows, inner: inner, columns: columns,
            isLeftTransposed: transposingLeft, isRightTransposed: transposingRight)
          operands.multiplyTiles(rows: tileRows, columns: tileColumns)
        }
      }
    }
    return result
  }

  /// The Gram matrix of the rows of `matrix`: `matrix` · `matrix`ᵀ, exactly symmetric.
  ///
  /// Only tiles on and above the diagonal are computed (the diagonal ones by SYRK); the others are
  /// their mirror images.
  ///
  /// - Parameter scale: one factor per row; element (i, j) of the result is multiplied by
  ///   `scale[i] * scale[j]`.
  public static func gram(_ matrix: Matrix, scale: [Float]? = nil) -> Matrix {
    precondition(scale.map { $0.count == matrix.rows } ?? true)
    var result = Matrix(rows: matrix.rows, columns: matrix.rows)
    guard matrix.columns > 0 else { return result }
    result.withMutableElements { result in
      matrix.withElements { elements in
        let gram = GramTiles(
          matrix: elements, result: result, rows: matrix.rows, columns: matrix.columns)
        gram.compute(scale: scale)
      }
    }
    return result
  }

  /// The product of `matrix` and `vector`, on the calling thread.
  public static func product(_ matrix: Matrix, _ vector: [Float]) -> [Float] {
    precondition(vector.count == matrix.columns)
    SingleThreadedBLAS.require()
    var result = [Float](repeating: 0, count: matrix.rows)
    guard matrix.rows > 0 && matrix.columns > 0 else { return result }
    matrix.withElements { elements in
      cblas_sgemv(
        CblasRowMajor, CblasNoTrans, blasint(matrix.rows), blasint(matrix.columns), 1,
        elements.baseAddress, blasint(matrix.columns), vector, 1, 0, &result, 1)
    }
    return result
  }
}

/// The operands of one product as BLAS wants them.
///
/// `@unchecked Sendable`: tasks read the operands and write tiles of the result that do not overlap.
private struct Operands: @unchecked Sendable {
  let left: UnsafeBufferPointer<Float>
  let right: UnsafeBufferPointer<Float>
  let result: UnsafeMutableBufferPointer<Float>
  let rows: Int
  let inner: Int
  let columns: Int
  let isLeftTransposed: Bool
  let isRightTransposed: Bool

  func multiplyTiles(rows tileRows: Int, columns tileColumns: Int) {
    let across = (columns + tileColumns - 1) / tileColumns
    let down = (rows + tileRows - 1) / tileRows
    parallelFor(count: across * down) { tile in
      let row = tile / across * tileRows
      let column = tile % across * tileColumns
      multiply(
        row..<min(row + tileRows, rows), column..<min(column + tileColumns, columns))
    }
  }

  private func multiply(_ tileRows: Range<Int>, _ tileColumns: Range<Int>) {
    guard let left = left.baseAddress, let right = right.baseAddress,
      let result = result.baseAddress
    else { return }
    let leftStart = isLeftTransposed ? tileRows.lowerBound : tileRows.lowerBound * inner
    let rightStart = isRightTransposed ? tileColumns.lowerBound * inner : tileColumns.lowerBound
    cblas_sgemm(
      CblasRowMajor, isLeftTransposed ? CblasTrans : CblasNoTrans,
      isRightTransposed ? CblasTrans : CblasNoTrans, blasint(tileRows.count),
      blasint(tileColumns.count), blasint(inner), 1, left + leftStart,
      blasint(isLeftTransposed ? rows : inner), right + rightStart,
      blasint(isRightTransposed ? inner : columns), 0,
      result + tileRows.lowerBound * columns + tileColumns.lowerBound, blasint(columns))
  }
}

/// The tiles of a Gram matrix.
///
/// `@unchecked Sendable`: each task writes one tile above the diagonal and its mirror image.
private struct GramTiles: @unchecked Sendable {
  let matrix: UnsafeBufferPointer<Float>
  let result: UnsafeMutableBufferPointer<Float>
  let rows: Int
  let columns: Int

  private static let side = 768

  func compute(scale: [Float]?) {
    let across = (rows + Self.side - 1) / Self.side
    parallelFor(count: across * across) { tile in
      let (row, column) = (tile / across, tile % across)
      guard row <= column else { return }
      compute(range(row), range(column), scale)
    }
  }

  private func range(_ tile: Int) -> Range<Int> {
    (tile * Self.side)..<min((tile + 1) * Self.side, rows)
  }

  private func compute(_ tileRows: Range<Int>, _ tileColumns: Range<Int>, _ scale: [Float]?) {
    guard let matrix = matrix.baseAddress, let result = result.baseAddress else { return }
    let target = result + tileRows.lowerBound * rows + tileColumns.lowerBound
    if tileRows == tileColumns {
      cblas_ssyrk(
        CblasRowMajor, CblasUpper, CblasNoTrans, blasint(tileRows.count), blasint(columns), 1,
        matrix + tileRows.lowerBound * columns, blasint(columns), 0, target, blasint(rows))
    } else {
      cblas_sgemm(
        CblasRowMajor, CblasNoTrans, CblasTrans, blasint(tileRows.count),
        blasint(tileColumns.count), blasint(columns), 1, matrix + tileRows.lowerBound * columns,
        blasint(columns), matrix + tileColumns.lowerBound * columns, blasint(columns), 0, target,
        blasint(rows))
    }
    if let scale { multiply(tileRows, tileColumns, by: scale, result) }
    TileMirror.copy(tileRows, tileColumns, of: result, count: rows)
  }

  private func multiply(
    _ tileRows: Range<Int>, _ tileColumns: Range<Int>, by scale: [Float],
    _ result: UnsafeMutablePointer<Float>
  ) {
    scale.withUnsafeBufferPointer { scale in
      for row in tileRows {
        let factor = scale[row]
        let target = result + row * rows
        for column in max(row, tileColumns.lowerBound)..<tileColumns.upperBound {
          target[column] *= factor * scale[column]
        }
      }
    }
  }
}
