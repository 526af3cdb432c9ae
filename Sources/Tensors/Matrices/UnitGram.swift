internal import CKernels
internal import COpenBLAS

/// The products of unit vectors with each other, as 16-bit integers: half the memory of floats, and half
/// the time to read a row.
///
/// Element (i, j) is ⟨vᵢ, vⱼ⟩ · 32767, rounded, where vᵢ is row i of a matrix divided by its norm; so its
/// error is at most `largestError`, apart from that of a product of floats. The matrix is exactly
/// symmetric.
package final class UnitGram: Sendable {
  /// The number of vectors, N.
  package let count: Int
  private let storage: FloatStorage

  /// What an element counts for.
  package static let unit: Float = 1 / 32767
  /// The largest error of an element times `unit`.
  package static let largestError: Float = unit / 2

  /// Rows and columns of a tile, which one task computes.
  private static let side = 768
  /// Tiles between two reports of progress: at 4,096 dimensions a core computes some ten in a second.
  private static let tilesAtOnce = 32

  /// The memory of the Gram matrix of `count` vectors, in bytes.
  package static func byteCount(_ count: Int) -> Int { (count * count * 2 + 3) / 4 * 4 }

  /// Computes it: N²·d/2 multiplications.
  ///
  /// Only tiles on and above the diagonal are computed; the others are their mirror images.
  ///
  /// - Parameters:
  ///   - matrix: its rows are the vectors before they are divided.
  ///   - inverseNorms: the reciprocal norm of each row; 0 makes a row and a column of zeros.
  ///   - progress: is told the fraction that is done, every few seconds at most; what it throws ends
  ///     the work.
  package init(
    _ matrix: Matrix, inverseNorms: [Float],
    progress: (_ fraction: Double) throws -> Void
  ) rethrows {
    precondition(inverseNorms.count == matrix.rows)
    count = matrix.rows
    storage = FloatStorage(count: Self.byteCount(count) / 4)
    let across = (count + Self.side - 1) / Self.side
    let places = (0..<across).flatMap { row in (row..<across).map { (row: row, column: $0) } }
    let scratches = Pool { FloatStorage(count: Self.side * Self.side) }
    for start in stride(from: 0, to: places.count, by: Self.tilesAtOnce) {
      let part = places[start..<min(start + Self.tilesAtOnce, places.count)]
      parallelFor(count: part.count) { index in
        let place = part[start + index]
        scratches.withElement { scratch in
          compute(matrix, inverseNorms, range(place.row), range(place.column), scratch)
        }
      }
      try progress(Double(part.endIndex) / Double(places.count))
    }
  }

  /// The same without reports.
  package convenience init(_ matrix: Matrix, inverseNorms: [Float]) {
    self.init(matrix, inverseNorms: inverseNorms) { _ in }
  }

  /// The elements of row `index`.
  package func row(_ index: Int) -> UnsafePointer<Int16> {
    precondition(index >= 0 && index < count)
    return UnsafePointer(elements + index * count)
  }

  private var elements: UnsafeMutablePointer<Int16> {
    // Safe: the storage is used as nothing else.
    UnsafeMutableRawPointer(storage.start).assumingMemoryBound(to: Int16.self)
  }

  private func range(_ tile: Int) -> Range<Int> {
    (tile * Self.side)..<min((tile + 1) * Self.side, count)
  }

  private func compute(
    _ matrix: Matrix, _ inverseNorms: [Float], _ rows: Range<Int>, _ columns: Range<Int>,
    _ scratch: FloatStorage
  ) {
    let products = scratch.start
    multiply(matrix, rows, columns, into: products)
    inverseNorms.withUnsafeBufferPointer { inverseNorms in
      guard let inverseNorms = inverseNorms.baseAddress else { return }
      for row in rows {
        // On the diagonal, the products below it are not there.
        let start = max(row, columns.lowerBound)
        kernels_quantize(
          products + (row - rows.lowerBound) * Self.side + (start - columns.lowerBound),
          inverseNorms + start, inverseNorms[row] / Self.unit, columns.upperBound - start,
          elements + row * count + start)
      }
    }
    TileMirror.copy(rows, columns, of: elements, count: count)
  }

  private func multiply(
    _ matrix: Matrix, _ rows: Range<Int>, _ columns: Range<Int>,
    into products: UnsafeMutablePointer<Float>
  ) {
    let (inner, stride) = (blasint(matrix.columns), blasint(Self.side))
    matrix.withElements { vectors in
      guard let vectors = vectors.baseAddress else { return }
      let left = vectors + rows.lowerBound * matrix.columns
      if rows == columns {
        cblas_ssyrk(
          CblasRowMajor, CblasUpper, CblasNoTrans, blasint(rows.count), inner, 1, left, inner, 0,
          products, stride)
      } else {
        cblas_sgemm(
          CblasRowMajor, CblasNoTrans, CblasTrans, blasint(rows.count), blasint(columns.count),
          inner, 1, left, inner, vectors + columns.lowerBound * matrix.columns, inner, 0, products,
          stride)
      }
    }
  }
}
