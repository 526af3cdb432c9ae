internal import CKernels

/// The inner loops of Batch-OMP, over panels: some columns of the Gram rows of the selected atoms.
///
/// Rows 2p and 2p + 1 are stored as one line of `width` pairs, an element of the even row before that of
/// the odd one. Where the number of rows is odd, the last line's odd elements do not matter.
///
/// Vectors have `width` elements, none of which may be NaN.
enum Panels {
  /// The columns of a panel.
  static let width = Int(KERNELS_PANEL_WIDTH)
  /// The most states of one call.
  static let largestStateCount = Int(KERNELS_LARGEST_STATES)

  /// The lines that `rows` rows take.
  static func lineCount(rows: Int) -> Int { (rows + 1) / 2 }

  /// Where the element of a row and a column is in a panel.
  static func place(row: Int, column: Int) -> Int { row / 2 * 2 * width + 2 * column + row % 2 }

  /// values = base − Σⱼ factors[j] · row j.
  ///
  /// - Parameter factors: two per line.
  /// - Returns: the largest |values[c]| · weights[c].
  static func values(
    base: UnsafePointer<Float>, rows: UnsafePointer<Int16>, lines: Int,
    factors: UnsafePointer<Float>, weights: UnsafePointer<Float>,
    into values: UnsafeMutablePointer<Float>
  ) -> Float {
    kernels_panel_values(base, rows, lines, factors, weights, values)
  }

  /// The same for several states, with integers for factors.
  ///
  /// - Parameters:
  ///   - next: the rows of the panel that will be asked for next; only a hint.
  ///   - factors: per line, per state, the factors of its even and its odd row. What is summed up must
  ///     stay within 32 bits.
  ///   - scales: per state, what the integers count for.
  ///   - bounds: per state, a score above 0.
  ///   - last: receives the values of the last state.
  /// - Returns: the states with a |value| · weight that reaches their bound, state s as bit s.
  static func states(
    base: UnsafePointer<Float>, rows: UnsafePointer<Int16>, next: UnsafePointer<Int16>, lines: Int,
    factors: UnsafePointer<Int16>, scales: UnsafePointer<Float>, count: Int,
    weights: UnsafePointer<Float>, bounds: UnsafePointer<Float>,
    last: UnsafeMutablePointer<Float>
  ) -> UInt64 {
    UInt64(
      kernels_panel_states(
        base, rows, next, lines, factors, scales, count, weights, bounds, last))
  }

  /// The columns with |values[c]| · weights[c] ≥ threshold, column c as bit c.
  static func columns(
    _ values: UnsafePointer<Float>, weights: UnsafePointer<Float>, reaching threshold: Float
  ) -> UInt64 {
    kernels_panel_columns(values, weights, threshold)
  }

  /// The lines of a panel for some rows, the first of which is an even one.
  ///
  /// - Parameters:
  ///   - rows: each with `width` elements from `start` on.
  ///   - start: the panel's first column.
  ///   - lines: where the first line goes.
  static func fill(
    _ rows: ArraySlice<UnsafePointer<Int16>>, from start: Int,
    into lines: UnsafeMutablePointer<Int16>
  ) {
    rows.withUnsafeBufferPointer { rows in
      guard let first = rows.baseAddress else { return }
      // C does not tell pointers that are never null from others.
      UnsafeRawPointer(first).withMemoryRebound(
        to: UnsafePointer<Int16>?.self, capacity: rows.count
      ) { kernels_panel_lines($0, rows.count, start, lines) }
    }
  }

  /// Sets one row of several panels to some elements of a row.
  ///
  /// - Parameters:
  ///   - indices: the elements, in order of the panels' columns.
  ///   - target: the row's element for the first column of the first panel.
  ///   - panelSize: the elements from one panel to the next.
  static func gather(
    _ row: UnsafePointer<Int16>, _ indices: UnsafeBufferPointer<Int32>,
    into target: UnsafeMutablePointer<Int16>, panelSize: Int
  ) {
    guard let first = indices.baseAddress else { return }
    kernels_panel_gather(row, first, indices.count, target, panelSize)
  }
}

/// Calls `body` with the position of each bit that is set, ascending.
func forEachBit(_ bits: UInt64, _ body: (Int) -> Void) {
  var rest = bits
  while rest != 0 {
    body(rest.trailingZeroBitCount)
    rest &= rest &- 1
  }
}
