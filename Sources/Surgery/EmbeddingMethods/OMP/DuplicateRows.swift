internal import Tensors

/// Finds rows that are equal to the bit.
///
/// Equal atoms correlate equally with everything, but a product that is cut into tiles may round them
/// differently. Knowing the equal ones beforehand lets the lowest index win in every case.
enum DuplicateRows {
  /// For each row the lowest row with the same bits.
  static func firstOccurrences(in matrix: Matrix) -> [Int32] {
    let hashes = hashes(of: matrix)
    var rowsByHash: [UInt64: [Int32]] = [:]
    return hashes.indices.map { row in
      let candidates = rowsByHash[hashes[row], default: []]
      if let first = candidates.first(where: { isEqual(matrix, Int($0), row) }) { return first }
      rowsByHash[hashes[row], default: []].append(Int32(row))
      return Int32(row)
    }
  }

  private static func isEqual(_ matrix: Matrix, _ left: Int, _ right: Int) -> Bool {
    matrix.withRow(left) { left in
      matrix.withRow(right) { right in
        zip(left, right).allSatisfy { $0.bitPattern == $1.bitPattern }
      }
    }
  }

  /// FNV-1a over the words of each row.
  private static func hashes(of matrix: Matrix) -> [UInt64] {
    [UInt64](unsafeUninitializedCapacity: matrix.rows) { hashes, count in
      // Safe: each piece writes elements of its own.
      nonisolated(unsafe) let target = hashes
      parallelFor(count: matrix.rows, pieceSize: 256) { piece in
        for row in piece {
          target.initializeElement(at: row, to: matrix.withRow(row) { hash($0) })
        }
      }
      count = matrix.rows
    }
  }

  private static func hash(_ row: UnsafeBufferPointer<Float>) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for value in row { hash = (hash ^ UInt64(value.bitPattern)) &* 0x100_0000_01B3 }
    return hash
  }
}
