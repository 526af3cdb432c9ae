/// The other half of a symmetric matrix of which tiles on and above the diagonal have been computed.
enum TileMirror {
  /// The side of the squares in which a tile is copied: two of them fit the nearest cache.
  private static let side = 32

  /// Copies a tile to the other side of the diagonal; on the diagonal, the half that is above it.
  ///
  /// - Parameters:
  ///   - elements: the matrix, row after row.
  ///   - count: its rows, and columns.
  @inline(__always)
  static func copy<Element>(
    _ rows: Range<Int>, _ columns: Range<Int>, of elements: UnsafeMutablePointer<Element>,
    count: Int
  ) {
    for startColumn in stride(from: columns.lowerBound, to: columns.upperBound, by: side) {
      for startRow in stride(from: rows.lowerBound, to: rows.upperBound, by: side) {
        for column in startColumn..<min(startColumn + side, columns.upperBound) {
          let target = elements + column * count
          let end = min(startRow + side, rows.upperBound, column)
          for row in startRow..<max(startRow, end) {
            target[row] = elements[row * count + column]
          }
        }
      }
    }
  }
}
