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
    picked.removeAll(rowCount: count)
    var check = StateCheck(states)
    let newRows = newRows(selected, count)
    for panel in 0..<panelCount {
      fill(panel, newRows)
      let start = panel * Panels.width
      let suspects = Panels.states(
        base: base + start, rows: rows(panel), next: rows(min(panel + 1, panelCount - 1)),
        lines: check.lines, factors: check.factors, scales: check.scales, count: check.count,
        weights: outside + start, bounds: check.bounds, last: current + start)
      forEachBit(suspects) { state in
        // A state that has been found wrong makes those behind it meaningless.
        guard state < check.count else { return }
        check.found(contenders(panel, states[state]), in: state)
      }
      pickCandidates(panel, threshold: threshold, into: &picked)
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

  /// The Gram rows that panels lack of the first `count`, from an even one on: a line that was half filled is filled
  /// anew.
  func newRows(
    _ selected: [UnsafePointer<Int16>], _ count: Int
  ) -> ArraySlice<UnsafePointer<Int16>> {
    selected[min(rowCount & ~1, count)..<count]
  }

  /// Copies the columns of a panel from new Gram rows.
  func fill(_ panel: Int, _ newRows: ArraySlice<UnsafePointer<Int16>>) {
    let start = panel * Panels.width
    let panelRows = rows(panel)
    guard start + Panels.width > atomCount else {
      Panels.fill(newRows, from: start, into: panelRows + newRows.startIndex * Panels.width)
      return
    }
    for (row, elements) in zip(newRows.indices, newRows) {
      for column in 0..<(atomCount - start) {
        panelRows[Panels.place(row: row, column: column)] = elements[start + column]
      }
    }
  }
}
