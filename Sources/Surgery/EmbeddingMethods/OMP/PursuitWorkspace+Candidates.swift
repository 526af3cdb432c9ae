internal import Glibc

/// The choice of candidates.
extension PursuitWorkspace {
  /// Picks candidates by the correlations of the last pass.
  func pickCandidates() {
    candidates.removeAll(rowCount: rowCount)
    outside.update(from: weights, count: panelCount * Panels.width)
    let (threshold, best) = sampledThreshold()
    relativeThreshold = best > 0 ? threshold / best : 0
    for panel in 0..<panelCount {
      pickCandidates(panel, threshold: threshold, into: &candidates)
    }
    for atom in candidates.atoms { outside[Int(atom)] = 0 }
  }

  /// The score that about the wanted share of a sample reaches, and the best score there.
  private func sampledThreshold() -> (threshold: Float, best: Float) {
    let step = max(atomCount / 256, 1)
    var scores = stride(from: 0, to: atomCount, by: step).map {
      current[$0].magnitude * weights[$0]
    }
    scores.sort(by: >)
    let rank = Int(Float(scores.count) * layout.candidateShare)
    return (scores[min(rank, scores.count - 1)], scores[0])
  }

  /// Makes candidates of the atoms of a panel whose scores reach the threshold.
  func pickCandidates(
    _ panel: Int, threshold: Float, into candidates: inout CandidateSet
  ) {
    let start = panel * Panels.width
    var columns = Panels.columns(
      current + start, weights: weights + start,
      reaching: max(threshold, .leastNonzeroMagnitude))
    while columns != 0 {
      _ = add(start + columns.trailingZeroBitCount, to: &candidates)
      columns &= columns &- 1
    }
  }

  /// Adds an atom to a set, unless that is full, and says whether it did.
  func add(_ atom: Int, to candidates: inout CandidateSet) -> Bool {
    let (panel, column) = atom.quotientAndRemainder(dividingBy: Panels.width)
    return candidates.add(
      atom, base: base[atom], weight: weights[atom],
      column: rows(panel) + Panels.place(row: 0, column: column))
  }

  /// Moves the threshold so that the wanted number of candidates is found next time: where scores are
  /// like a normal distribution's, their number falls by about e for a sixth of the best score.
  func adaptThreshold() {
    let wanted = Float(atomCount) * layout.candidateShare
    relativeThreshold += 0.15 * log(max(Float(candidates.count), 1) / max(wanted, 1))
    relativeThreshold = min(max(relativeThreshold, 0.01), 0.95)
  }
}
