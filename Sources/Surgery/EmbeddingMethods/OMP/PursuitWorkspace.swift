internal import ByteIO
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
  let atomCount: Int
  let panelCount: Int
  /// The elements of a panel.
  let panelSize: Int
  private let vectorStorage: FloatStorage
  let rowStorage: UnsafeMutablePointer<Int16>

  /// The correlations from which factors count, α⁰.
  let base: UnsafeMutablePointer<Float>
  /// The correlations with the residual of the last pass's last state.
  let current: UnsafeMutablePointer<Float>
  /// What correlations are multiplied by for selection; 0 for atoms that cannot be taken.
  let weights: UnsafeMutablePointer<Float>
  /// The same, but 0 for the candidates as well.
  let outside: UnsafeMutablePointer<Float>
  /// The residual from which factors count, d elements.
  let baseResidual: UnsafeMutablePointer<Float>
  /// The selected atoms as unit vectors, k × d, behind `baseResidual`.
  let selectedUnits: UnsafeMutablePointer<Float>
  /// How many rows of the panels are filled.
  var rowCount = 0

  /// The candidates of the current look-ahead.
  var candidates: CandidateSet
  /// The score that makes an atom a candidate, relative to the best one.
  var relativeThreshold: Float = 0

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
      Panels.width * (4 * panelCount + 4 * candidatePanels(layout)) + (sparsity + 1) * dimension
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
    var next = vectorStorage.start
    func take(_ count: Int) -> UnsafeMutablePointer<Float> {
      defer { next += count }
      return next
    }
    base = take(padded)
    current = take(padded)
    weights = take(padded)
    outside = take(padded)
    baseResidual = take(size.dimension)
    selectedUnits = take(size.sparsity * size.dimension)
    let rowElements = panelSize * (panelCount + candidatePanels)
    rowStorage = HugePages.allocate(2 * rowElements)
      .bindMemory(to: Int16.self, capacity: rowElements)
    rowStorage.initialize(repeating: 0, count: rowElements)
    let limit = candidatePanels * Panels.width
    let vectors = take(3 * limit)
    // Safe: nothing else is made of this part of the memory.
    let indices = UnsafeMutableRawPointer(next).bindMemory(to: Int32.self, capacity: limit)
    candidates = CandidateSet(
      limit: limit, panelSize: panelSize, vectors: vectors, indices: indices,
      rows: rowStorage + panelSize * panelCount)
  }

  deinit { free(rowStorage) }
}

// MARK: - One target

extension PursuitWorkspace {
  /// Begins a target.
  ///
  /// - Parameters:
  ///   - products: the target's products with the atoms.
  ///   - scale: what makes them, together with the atom's one of `scales`, the correlations of unit
  ///     vectors.
  ///   - weights: one per atom, not negative.
  func begin(
    products: UnsafeBufferPointer<Float>, scale: Float, scales: [Float], weights: [Float]
  ) {
    weights.withUnsafeBufferPointer { weights in
      for atom in 0..<atomCount { self.weights[atom] = weights[atom] }
    }
    restart(products: products, scale: scale, scales: scales, selected: [])
  }

  /// Lets factors count from new correlations with the residual, and picks candidates by them.
  ///
  /// - Parameter selected: the Gram rows of the selected atoms.
  func restart(
    products: UnsafeBufferPointer<Float>, scale: Float = 1, scales: [Float],
    selected: [UnsafePointer<Int16>]
  ) {
    rowCount = 0
    let rows = newRows(selected, selected.count)
    for panel in 0..<panelCount { fill(panel, rows) }
    rowCount = selected.count
    scales.withUnsafeBufferPointer { scales in
      for atom in 0..<atomCount {
        let correlation = products[atom] * scale * scales[atom]
        base[atom] = correlation
        current[atom] = correlation
      }
    }
    pickCandidates()
  }

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
    addCandidates([atom])
  }

  /// Makes candidates of atoms that are not.
  func addCandidates(_ atoms: some Sequence<Int>) {
    for atom in atoms where outside[atom] > 0 {
      if add(atom, to: &candidates) { outside[atom] = 0 }
    }
  }

  /// Gives the candidates the rows that they lack of the first `count`.
  func completeCandidates(rows count: Int, _ gramRow: (Int) -> UnsafePointer<Int16>) {
    while candidates.rowCount < count { candidates.addRow(gramRow(candidates.rowCount)) }
  }

  /// Forgets the rows of atoms that are no longer selected.
  func truncateRows(to count: Int) {
    rowCount = min(rowCount, count)
    candidates.truncateRows(to: count)
  }
}
