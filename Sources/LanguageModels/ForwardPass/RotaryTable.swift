internal import Glibc

/// The rotations of the sequences of a batch.
struct RotaryTables: Sendable {
  private let tables: [RotaryTable]
  /// Which of the tables each row is rotated by.
  private let tableOfRow: [Int]

  /// Sequences share a table unless their rotations depend on their lengths.
  init(_ parameters: RotaryParameters, _ sequences: [SequenceExtent]) {
    let first = sequences.map(\.firstPosition).min() ?? 0
    var indices: [[Float]: Int] = [:]
    var bounds: [Int] = []
    var tableOfRow: [Int] = []
    for sequence in sequences {
      let frequencies = parameters.frequencies(length: sequence.positionBound)
      let index = indices[frequencies] ?? bounds.count
      if index == bounds.count { bounds.append(0) }
      indices[frequencies] = index
      bounds[index] = max(bounds[index], sequence.positionBound)
      tableOfRow += repeatElement(index, count: sequence.count)
    }
    self.tableOfRow = tableOfRow
    let magnitude = Float(parameters.magnitude)
    tables = indices.sorted { $0.value < $1.value }.map { frequencies, index in
      RotaryTable(frequencies, magnitude: magnitude, positions: first..<bounds[index])
    }
  }

  /// The table of a row.
  func table(ofRow row: Int) -> RotaryTable { tables[tableOfRow[row]] }
}

/// The rotations of a range of positions.
struct RotaryTable: Sendable {
  /// Half the number of elements that are rotated: element i turns with element `half` + i.
  let half: Int
  private let firstPosition: Int
  /// Row by row, position by position: the cosines of all pairs, then their sines.
  private let values: RowBuffer

  /// - Parameters:
  ///   - frequencies: the angle per position of each pair of elements, in radians.
  ///   - magnitude: what elements are multiplied by besides.
  init(_ frequencies: [Float], magnitude: Float, positions: Range<Int>) {
    half = frequencies.count
    firstPosition = positions.lowerBound
    values = RowBuffer(rows: positions.count, columns: 2 * half)
    values.forEachRow { [half, firstPosition] row, elements in
      for (index, frequency) in frequencies.enumerated() {
        let angle = Float(firstPosition + row) * frequency
        elements[index] = cosf(angle) * magnitude
        elements[half + index] = sinf(angle) * magnitude
      }
    }
  }

  /// Rotates the first `2 · half` elements of one head.
  @inline(__always)
  func rotate(_ head: UnsafeMutablePointer<Float>, position: Int) {
    turn(head, position: position, direction: 1)
  }

  /// Carries a gradient by a rotated head back to the head: the rotation by the opposite angle, with the
  /// same magnitude.
  @inline(__always)
  func carryBack(_ head: UnsafeMutablePointer<Float>, position: Int) {
    turn(head, position: position, direction: -1)
  }

  @inline(__always)
  private func turn(_ head: UnsafeMutablePointer<Float>, position: Int, direction: Float) {
    let cosines = values[position - firstPosition]
    let sines = cosines + half
    let other = head + half
    for index in 0..<half {
      let (x, y, sine) = (head[index], other[index], direction * sines[index])
      head[index] = x * cosines[index] - y * sine
      other[index] = y * cosines[index] + x * sine
    }
  }
}
