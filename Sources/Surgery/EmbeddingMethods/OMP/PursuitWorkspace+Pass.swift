/// The passes over all atoms.
extension PursuitWorkspace {
  /// Compares the contenders of some states with all other atoms, and picks new candidates by the
  /// correlations of the last state.
  ///
  /// - Parameters:
  ///   - states: each with one more atom than the one before, the first with `firstCount`.
  ///   - selected: the Gram rows of the selected atoms, at least as many as the last state has.
  /// - Returns: the first state in which other atoms are contenders too, and these atoms.
  func pass(
    _ states: [PursuitState], firstCount: Int, selected: [UnsafePointer<Int16>]
  ) -> (state: Int, matches: [CorrelationScan.Match])? {
    guard let last = states.last else { return nil }
    let count = firstCount + states.count - 1
    let threshold = relativeThreshold * last.contenders.bestScore
    let former = Array(candidates.atoms)
    // A copy, so that the loop works on a variable of its own.
    var picked = candidates
    picked.removeAll()
    var check = StateCheck(states)
    for panel in 0..<panelCount {
      fill(panel, selected, count)
      let start = panel * Panels.width
      Panels.states(
        base: base + start, rows: rows(panel), next: rows(min(panel + 1, panelCount - 1)),
        lines: check.lines, factors: check.factors, scales: check.scales, count: check.count,
        weights: outside + start, last: current + start, largest: &check.largest)
      while let state = check.suspect() {
        check.found(contenders(panel, states[state]), in: state)
      }
      pickCandidates(panel, threshold: threshold, into: &picked, rowCount: count)
    }
    rowCount = count
    candidates = picked
    for atom in former { outside[Int(atom)] = weights[Int(atom)] }
    for atom in picked.atoms { outside[Int(atom)] = 0 }
    adaptThreshold()
    return check.result
  }

  /// The rows of a panel.
  func rows(_ panel: Int) -> UnsafeMutablePointer<Int16> { rowStorage + panel * panelSize }

  /// The atoms of a panel, except the candidates, that are contenders in a state.
  private func contenders(_ panel: Int, _ state: PursuitState) -> [CorrelationScan.Match] {
    let start = panel * Panels.width
    var matches: [CorrelationScan.Match] = []
    var values = [Float](repeating: 0, count: Panels.width)
    _ = Panels.values(
      base: base + start, rows: rows(panel), lines: state.factors.count / 2,
      factors: state.factors, weights: outside + start, into: &values)
    let columns = Panels.columns(values, weights: outside + start, reaching: state.bound)
    forEachBit(columns) { matches.append(.init(index: start + $0, correlation: values[$0])) }
    return matches
  }

  /// Copies the new Gram rows' columns of a panel.
  func fill(_ panel: Int, _ selected: [UnsafePointer<Int16>], _ count: Int) {
    let start = panel * Panels.width
    let panelRows = rows(panel)
    // A line that was half filled is filled anew.
    for row in stride(from: rowCount & ~1, to: count, by: 2) {
      let even = selected[row] + start
      let odd = row + 1 < count ? selected[row + 1] + start : even
      if start + Panels.width <= atomCount {
        Panels.line(even, odd, into: panelRows + row * Panels.width)
      } else {
        for column in 0..<(atomCount - start) {
          panelRows[Panels.place(row: row, column: column)] = even[column]
          panelRows[Panels.place(row: row + 1, column: column)] = odd[column]
        }
      }
    }
  }
}
