internal import Glibc
internal import Tensors

/// The memory in which one target at a time is solved by a Gram matrix, and the passes over all atoms.
///
/// Vectors over all atoms are cut into panels (see `Panels`) and padded to whole ones; the padding has
/// weight 0.
///
/// It also picks the candidates of a look-ahead: the atoms with the largest scores, whose correlations
/// are followed step by step in memory of their own. Which atoms they are has no influence on results,
/// since every decision made among them is checked against all others.
///
/// `@unchecked Sendable`: whoever takes one from the pool has it alone.
final class PursuitWorkspace: @unchecked Sendable {
  /// How a look-ahead is laid out.
  struct Layout: Sendable {
    /// The share of the atoms that become candidates, roughly.
    var candidateShare: Float = 0.04
    /// The most states of a pursuit that one pass over all atoms checks.
    var horizon = Panels.largestStateCount
  }

  let layout: Layout
  /// The number of atoms, N.
  private let atomCount: Int
  private let panelCount: Int
  /// The elements of a panel.
  private let panelSize: Int
  private let vectorStorage: FloatStorage
  private let rowStorage: UnsafeMutablePointer<Int16>

  /// The correlations from which factors count, α⁰.
  private let base: UnsafeMutablePointer<Float>
  /// The correlations with the residual of the last pass's last state.
  private let current: UnsafeMutablePointer<Float>
  /// What correlations are multiplied by for selection; 0 for atoms that cannot be taken.
  private let weights: UnsafeMutablePointer<Float>
  /// The same, but 0 for the candidates as well.
  private let outside: UnsafeMutablePointer<Float>
  /// The selected atoms as unit vectors, k × d.
  let selectedUnits: UnsafeMutablePointer<Float>
  /// How many rows of the panels are filled.
  private var rowCount = 0

  /// The candidates of the current look-ahead.
  private(set) var candidates: CandidateSet
  /// The score that makes an atom a candidate, relative to the best one.
  private var relativeThreshold: Float = 0

  /// The numbers that memory depends on.
  struct Size: Sendable {
    /// The number of atoms, N.
    var atoms: Int
    /// The length of an atom, d.
    var dimension: Int
    /// The most atoms of a pursuit, k.
    var sparsity: Int

    fileprivate var panelCount: Int { (atoms + Panels.width - 1) / Panels.width }
    fileprivate var panelSize: Int { Panels.lineCount(rows: sparsity) * 2 * Panels.width }

    /// Twice as many candidates as are wanted, since the share is only aimed at.
    fileprivate func candidatePanels(_ layout: Layout) -> Int {
      max(Int((Float(panelCount) * min(2 * layout.candidateShare, 1)).rounded(.up)), 1)
    }

    fileprivate func vectorFloats(_ layout: Layout) -> Int {
      Panels.width * (4 * panelCount + 3 * candidatePanels(layout)) + sparsity * dimension
    }

    /// The memory of one workspace in bytes.
    func byteCount(_ layout: Layout) -> Int {
      4 * vectorFloats(layout) + 2 * panelSize * (panelCount + candidatePanels(layout))
    }
  }

  init(_ size: Size, _ layout: Layout) {
    precondition(1...Panels.largestStateCount ~= layout.horizon)
    self.layout = layout
    atomCount = size.atoms
    panelCount = size.panelCount
    panelSize = size.panelSize
    let padded = panelCount * Panels.width
    let candidatePanels = size.candidatePanels(layout)
    vectorStorage = FloatStorage(count: size.vectorFloats(layout))
    guard var next = vectorStorage.elements.baseAddress else { preconditionFailure("no atoms") }
    func take(_ count: Int) -> UnsafeMutablePointer<Float> {
      defer { next += count }
      return next
    }
    base = take(padded)
    current = take(padded)
    weights = take(padded)
    outside = take(padded)
    selectedUnits = take(size.sparsity * size.dimension)
    rowStorage = .allocate(capacity: panelSize * (panelCount + candidatePanels))
    rowStorage.initialize(repeating: 0, count: panelSize * (panelCount + candidatePanels))
    candidates = CandidateSet(
      limit: candidatePanels * Panels.width, panelSize: panelSize, vectors: next,
      rows: rowStorage + panelSize * panelCount)
  }

  deinit { rowStorage.deallocate() }
}

// MARK: - One target

extension PursuitWorkspace {
  /// Begins a target.
  ///
  /// - Parameters:
  ///   - products: the target's products with the atoms as they are.
  ///   - scale: what makes them the correlations of the unit atoms.
  ///   - weights: one per atom, not negative.
  func begin(products: UnsafeBufferPointer<Float>, scale: [Float], weights: [Float]) {
    weights.withUnsafeBufferPointer { weights in
      for atom in 0..<atomCount { self.weights[atom] = weights[atom] }
    }
    restart(products: products, scale: scale, selected: [])
  }

  /// Lets factors count from new correlations with the residual, and picks candidates by them.
  ///
  /// - Parameter selected: the Gram rows of the selected atoms.
  func restart(
    products: UnsafeBufferPointer<Float>, scale: [Float], selected: [UnsafePointer<Int16>]
  ) {
    rowCount = 0
    for panel in 0..<panelCount { fill(panel, selected, selected.count) }
    rowCount = selected.count
    scale.withUnsafeBufferPointer { scale in
      for atom in 0..<atomCount {
        let correlation = products[atom] * scale[atom]
        base[atom] = correlation
        current[atom] = correlation
      }
    }
    pickCandidates()
  }

  /// The correlation of an atom from which factors count.
  func baseCorrelation(_ atom: Int) -> Float { base[atom] }

  /// Makes sure that an atom is not taken (again).
  func exclude(_ atom: Int) {
    weights[atom] = 0
    outside[atom] = 0
    candidates.exclude(atom)
  }

  /// Undoes `exclude`, and makes the atom a candidate.
  func include(_ atom: Int, weight: Float) {
    weights[atom] = weight
    outside[atom] = weight
    addCandidate(atom, rowCount: rowCount)
  }

  /// Makes candidates of atoms that are not.
  func addCandidates(_ atoms: some Sequence<Int>) {
    for atom in atoms where outside[atom] > 0 { addCandidate(atom, rowCount: rowCount) }
  }

  /// Tells the candidates of the selected atom number `row`.
  func setCandidateRow(_ row: Int, from gramRow: UnsafePointer<Int16>) {
    candidates.setRow(row, from: gramRow)
  }

  /// Forgets the rows of atoms that are no longer selected.
  func truncateRows(to count: Int) { rowCount = min(rowCount, count) }
}

// MARK: - Candidates

extension PursuitWorkspace {
  /// Picks candidates by the correlations of the last pass.
  func pickCandidates() {
    candidates.removeAll()
    let (threshold, best) = sampledThreshold()
    relativeThreshold = best > 0 ? threshold / best : 0
    for panel in 0..<panelCount {
      pickCandidates(panel, threshold: threshold, rowCount: rowCount)
    }
  }

  /// The score that about the wanted share of a sample reaches, and the best score there.
  private func sampledThreshold() -> (threshold: Float, best: Float) {
    let step = max(atomCount / 512, 1)
    var scores = stride(from: 0, to: atomCount, by: step).map {
      current[$0].magnitude * weights[$0]
    }
    scores.sort(by: >)
    let rank = Int(Float(scores.count) * layout.candidateShare)
    return (scores[min(rank, scores.count - 1)], scores[0])
  }

  /// Makes candidates of the atoms of a panel whose scores reach the threshold, and of no others.
  private func pickCandidates(_ panel: Int, threshold: Float, rowCount: Int) {
    let start = panel * Panels.width
    (outside + start).update(from: weights + start, count: Panels.width)
    let columns = Panels.columns(
      current + start, weights: weights + start,
      reaching: max(threshold, .leastNonzeroMagnitude))
    forEachBit(columns) { addCandidate(start + $0, rowCount: rowCount) }
  }

  private func addCandidate(_ atom: Int, rowCount: Int) {
    let (panel, column) = atom.quotientAndRemainder(dividingBy: Panels.width)
    let isAdded = candidates.add(
      atom, base: base[atom], weight: weights[atom],
      column: rows(panel) + Panels.place(row: 0, column: column),
      lines: Panels.lineCount(rows: rowCount))
    if isAdded { outside[atom] = 0 }
  }

  /// Moves the threshold so that the wanted number of candidates is found next time: where scores are
  /// like a normal distribution's, their number falls by about e for a sixth of the best score.
  private func adaptThreshold() {
    let wanted = Float(atomCount) * layout.candidateShare
    relativeThreshold += 0.15 * log(max(Float(candidates.count), 1) / max(wanted, 1))
    relativeThreshold = min(max(relativeThreshold, 0.01), 0.95)
  }
}

// MARK: - Passes

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
    let (factors, scales) = (interleavedFactors(states), states.map(\.scale))
    let bounds = states.map(\.integerBound)
    let threshold = relativeThreshold * last.contenders.bestScore
    var found = states.map { _ in [CorrelationScan.Match]() }
    var largest = [Float](repeating: 0, count: states.count)
    candidates.removeAll()
    for panel in 0..<panelCount {
      fill(panel, selected, count)
      let start = panel * Panels.width
      Panels.states(
        base: base + start, rows: rows(panel), next: rows(min(panel + 1, panelCount - 1)),
        lines: Panels.lineCount(rows: count), factors: factors, scales: scales,
        count: states.count, weights: outside + start, last: current + start, largest: &largest)
      for index in states.indices where largest[index] >= bounds[index] {
        found[index] += contenders(panel, states[index])
      }
      pickCandidates(panel, threshold: threshold, rowCount: count)
    }
    rowCount = count
    adaptThreshold()
    return found.firstIndex { !$0.isEmpty }.map { ($0, found[$0]) }
  }

  private func rows(_ panel: Int) -> UnsafeMutablePointer<Int16> { rowStorage + panel * panelSize }

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

  /// The factors as `Panels.states` wants them; 0 for the atoms that a state does not have.
  private func interleavedFactors(_ states: [PursuitState]) -> [Int16] {
    let lines = (states.last?.integers.count ?? 0) / 2
    var result = [Int16](repeating: 0, count: max(2 * lines * states.count, 1))
    for (index, state) in states.enumerated() {
      for (row, factor) in state.integers.enumerated() {
        result[(row / 2 * states.count + index) * 2 + row % 2] = factor
      }
    }
    return result
  }

  /// Copies the new Gram rows' columns of a panel.
  private func fill(_ panel: Int, _ selected: [UnsafePointer<Int16>], _ count: Int) {
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
