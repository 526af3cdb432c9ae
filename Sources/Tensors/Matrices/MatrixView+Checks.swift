extension MatrixView {
  /// The first row that holds an infinity or a NaN; `nil` when all elements are finite.
  public var firstNonFiniteRow: Int? {
    let finite = mapRows { FloatKernels.isFinite($0) }
    return finite.firstIndex(of: false)
  }

  /// The Euclidean norm of each row, accumulated in `Double`.
  public var rowNorms: [Double] {
    mapRows { FloatKernels.sumOfSquares($0).squareRoot() }
  }

  /// One value per row, computed on all cores from the row as `Float`.
  private func mapRows<Value: Sendable>(
    _ transform: @Sendable (UnsafeBufferPointer<Float>) -> Value
  ) -> [Value] {
    [Value](unsafeUninitializedCapacity: rows) { results, count in
      // Safe: each piece writes elements of its own.
      nonisolated(unsafe) let target = results
      parallelFor(count: rows, pieceSize: 256) { piece in
        var floats = [Float](repeating: 0, count: columns)
        for row in piece {
          let value = floats.withUnsafeMutableBufferPointer { buffer in
            copyRows(row..<(row + 1), into: buffer)
            return transform(UnsafeBufferPointer(buffer))
          }
          target.initializeElement(at: row, to: value)
        }
      }
      count = rows
    }
  }
}
