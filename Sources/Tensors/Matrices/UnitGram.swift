internal import CKernels

/// The products of unit vectors with each other, as 16-bit integers: half the memory of floats, and half
/// the time to read a row.
///
/// Element (i, j) is ⟨vᵢ, vⱼ⟩ · 32767, rounded, where vᵢ is row i of `units`; so its error is at most
/// `largestRounding`, apart from those of the rounded vectors. The matrix is exactly symmetric.
package final class UnitGram: Sendable {
  /// The number of vectors, N.
  package let count: Int
  private let storage: FloatStorage

  /// What an element counts for.
  package static let unit: Float = 1 / 32767
  /// The largest error of an element times `unit` as a product of the rounded vectors.
  package static let largestRounding: Float = unit / 2

  /// Groups of vectors on each side of a tile, which one task computes.
  private static let groups = 48
  /// Rows and columns of a tile.
  private static let side = groups * RoundedUnits.groupSize
  /// Tiles between two reports of progress: at 4,096 dimensions a core computes some thirty in a second.
  private static let tilesAtOnce = 32

  /// The memory of the Gram matrix of `count` vectors, in bytes.
  package static func byteCount(_ count: Int) -> Int { (count * count * 2 + 3) / 4 * 4 }

  /// Computes it: N²·d/2 multiplications.
  ///
  /// Only tiles on and above the diagonal are computed; the others are their mirror images.
  ///
  /// - Parameters:
  ///   - units: the vectors; one of zeros makes a row and a column of zeros.
  ///   - progress: is told the fraction that is done, every few seconds at most; what it throws ends
  ///     the work.
  package init(
    _ units: RoundedUnits, progress: (_ fraction: Double) throws -> Void
  ) rethrows {
    count = units.count
    storage = FloatStorage(count: Self.byteCount(count) / 4)
    let across = (count + Self.side - 1) / Self.side
    let places = (0..<across).flatMap { row in (row..<across).map { (row: row, column: $0) } }
    let scratches = Pool { FloatStorage(count: Self.side * Self.side) }
    for start in stride(from: 0, to: places.count, by: Self.tilesAtOnce) {
      let part = places[start..<min(start + Self.tilesAtOnce, places.count)]
      parallelFor(count: part.count) { index in
        let place = part[start + index]
        scratches.withElement { compute(units, place.row, place.column, $0.start) }
      }
      try progress(Double(part.endIndex) / Double(places.count))
    }
  }

  /// The same without reports.
  package convenience init(_ units: RoundedUnits) { self.init(units) { _ in } }

  /// The elements of row `index`.
  package func row(_ index: Int) -> UnsafePointer<Int16> {
    precondition(index >= 0 && index < count)
    return UnsafePointer(elements + index * count)
  }

  private var elements: UnsafeMutablePointer<Int16> {
    // Safe: the storage is used as nothing else.
    UnsafeMutableRawPointer(storage.start).assumingMemoryBound(to: Int16.self)
  }

  private func compute(
    _ units: RoundedUnits, _ rowTile: Int, _ columnTile: Int,
    _ products: UnsafeMutablePointer<Float>
  ) {
    func groups(_ tile: Int) -> Range<Int> {
      (tile * Self.groups)..<min((tile + 1) * Self.groups, units.groupCount)
    }
    func range(_ tile: Int) -> Range<Int> {
      (tile * Self.side)..<min((tile + 1) * Self.side, count)
    }
    let (rows, columns) = (range(rowTile), range(columnTile))
    units.multiply(
      groups(rowTile), by: units, groups(columnTile), into: products, stride: Self.side)
    units.steps.withUnsafeBufferPointer { steps in
      guard let steps = steps.baseAddress else { return }
      for row in rows {
        // On the diagonal, the products below it are the others' mirror images.
        let start = max(row, columns.lowerBound)
        kernels_quantize(
          products + (row - rows.lowerBound) * Self.side + (start - columns.lowerBound),
          steps + start, steps[row] / Self.unit, columns.upperBound - start,
          elements + row * count + start)
      }
    }
    TileMirror.copy(rows, columns, of: elements, count: count)
  }
}
