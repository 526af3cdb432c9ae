internal import Tensors

/// The atoms whose correlations a look-ahead follows, with their columns of the Gram rows of the
/// selected atoms, in panels (see `Panels`).
///
/// The memory is lent by a `PursuitWorkspace`, which alone makes and uses these.
struct CandidateSet {
  /// The most candidates, a whole number of panels.
  private let limit: Int
  /// The elements of a panel.
  private let panelSize: Int
  private(set) var count = 0
  /// How many rows the panels have.
  private(set) var rowCount = 0
  /// The atoms, in any order.
  private let indices: UnsafeMutablePointer<Int32>
  private let base: UnsafeMutablePointer<Float>
  private let weights: UnsafeMutablePointer<Float>
  private let values: UnsafeMutablePointer<Float>
  private let rows: UnsafeMutablePointer<Int16>

  /// - Parameters:
  ///   - vectors: 3 · `limit` elements.
  ///   - indices: `limit` elements.
  ///   - rows: `panelSize` elements for each panel.
  init(
    limit: Int, panelSize: Int, vectors: UnsafeMutablePointer<Float>,
    indices: UnsafeMutablePointer<Int32>, rows: UnsafeMutablePointer<Int16>
  ) {
    precondition(limit % Panels.width == 0)
    self.limit = limit
    self.panelSize = panelSize
    self.rows = rows
    self.indices = indices
    base = vectors
    weights = base + limit
    values = weights + limit
  }

  /// Removes all atoms.
  ///
  /// - Parameter rowCount: how many rows the ones to come are added with.
  mutating func removeAll(rowCount: Int) {
    count = 0
    self.rowCount = rowCount
  }

  /// The atoms.
  var atoms: UnsafeBufferPointer<Int32> { UnsafeBufferPointer(start: indices, count: count) }

  /// Adds an atom, unless the set is full.
  ///
  /// - Parameters:
  ///   - column: the atom's element of row 0 of a panel, which has at least the rows of these.
  /// - Returns: whether the atom was added.
  mutating func add(
    _ atom: Int, base: Float, weight: Float, column: UnsafePointer<Int16>
  ) -> Bool {
    guard count < limit else { return false }
    // With the first atom of a panel, the rest of it gets weights that never win.
    if count % Panels.width == 0 {
      (weights + count).update(repeating: 0, count: Panels.width)
      (self.base + count).update(repeating: 0, count: Panels.width)
    }
    indices[count] = Int32(atom)
    self.base[count] = base
    weights[count] = weight
    let target = UnsafeMutableRawPointer(place(row: 0, count))
    let source = UnsafeRawPointer(column)
    let lineSize = 4 * Panels.width
    for line in 0..<Panels.lineCount(rows: rowCount) {
      let pair = source.loadUnaligned(fromByteOffset: line &* lineSize, as: UInt32.self)
      target.storeBytes(of: pair, toByteOffset: line &* lineSize, as: UInt32.self)
    }
    count += 1
    return true
  }

  /// Adds a row to all panels, from a row of the Gram matrix.
  mutating func addRow(_ gramRow: UnsafePointer<Int16>) {
    Panels.gather(gramRow, atoms, into: place(row: rowCount, 0), panelSize: panelSize)
    rowCount += 1
  }

  /// Forgets all rows but the first `count`.
  mutating func truncateRows(to count: Int) { rowCount = min(rowCount, count) }

  /// The candidate atoms that may have the largest score when the selected atoms' rows are subtracted,
  /// each times its factor.
  ///
  /// - Parameters:
  ///   - factors: two per line, in the Gram matrix's unit.
  ///   - margin: how far below the largest score another one may lie and still be larger in truth.
  func contenders(_ factors: [Float], margin: Float) -> CorrelationScan.Contenders {
    var bestScore: Float = 0
    factors.withUnsafeBufferPointer { buffer in
      // A pursuit without atoms has no factors, and none is read then.
      let factors = buffer.baseAddress ?? UnsafePointer(base)
      forEachPanel { start in
        let largest = Panels.values(
          base: base + start, rows: rows + start / Panels.width * panelSize,
          lines: buffer.count / 2, factors: factors, weights: weights + start,
          into: values + start)
        bestScore = max(bestScore, largest)
      }
    }
    guard bestScore > 0 else { return CorrelationScan.Contenders(matches: [], bestScore: 0) }
    var matches: [CorrelationScan.Match] = []
    let least = max(bestScore - margin, .leastNonzeroMagnitude)
    forEachPanel { start in
      let columns = Panels.columns(values + start, weights: weights + start, reaching: least)
      forEachBit(columns) { column in
        matches.append(
          .init(index: Int(indices[start + column]), correlation: values[start + column]))
      }
    }
    return CorrelationScan.Contenders(matches: matches, bestScore: bestScore)
  }

  private func forEachPanel(_ body: (_ start: Int) -> Void) {
    for start in stride(from: 0, to: count, by: Panels.width) { body(start) }
  }

  /// Makes sure that an atom is not taken again.
  func exclude(_ atom: Int) {
    if let position = atoms.firstIndex(of: Int32(atom)) { weights[position] = 0 }
  }

  private func place(row: Int, _ position: Int) -> UnsafeMutablePointer<Int16> {
    let (panel, column) = position.quotientAndRemainder(dividingBy: Panels.width)
    return rows + panel * panelSize + Panels.place(row: row, column: column)
  }
}
