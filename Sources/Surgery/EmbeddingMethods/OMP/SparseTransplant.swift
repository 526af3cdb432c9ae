internal import ByteIO
internal import Tensors
internal import Tokenization

/// Rows rebuilt by Orthogonal Matching Pursuit.
///
/// A token's donor row is written as a weighted sum of the donor rows of few shared tokens; the same
/// sum of their base rows is its row in the base ("Training-Free Tokenizer Transplantation via
/// Orthogonal Matching Pursuit", Goddard & Fernandes Neto, arXiv:2506.06607).
public struct SparseTransplant: EmbeddingMethod {
  /// What is done to the rows before the pursuit.
  public enum Frame: Sendable, Equatable {
    /// Nothing: the paper's form.
    case asStored
    /// The anchors' mean is taken off in both spaces, and the base's mean is put back.
    case centered
    /// What a ridge map from the donor's space explains is taken off in the base's space, and the
    /// map's image of the token's row is put back: the pursuit transfers only what the map leaves.
    case ridgeResidual
  }

  public let options: OrthogonalMatchingPursuit.Options
  public let frame: Frame

  public init(_ options: OrthogonalMatchingPursuit.Options, frame: Frame = .asStored) {
    self.options = options
    self.frame = frame
  }

  public var name: String {
    let rule = options.selection == .mergekit ? "r" : ""
    switch frame {
    case .asStored: return "omp-\(rule)\(options.sparsity)"
    case .centered: return "omp-c\(rule)\(options.sparsity)"
    case .ridgeResidual: return "ridge-omp-\(rule)\(options.sparsity)"
    }
  }

  public func fit(
    to problem: EmbeddingProblem, progress: (_ fraction: Double) throws -> Void
  ) throws -> any FittedMethod {
    let stored = try problem.anchorDonorRows(for: name)
    let mean = stored.meanRow()
    var atoms = stored
    if frame != .asStored { atoms.addToRows(mean, times: -1) }
    problem.donor?.releasePages()
    var base: Matrix
    var map: RidgeMap?
    switch frame {
    case .asStored: base = Matrix(rows: 0, columns: problem.base.columns)
    case .centered:
      base = Matrix([problem.anchorBaseRows().meanRow()])
    case .ridgeResidual:
      let fitted = try RidgeMap(from: stored, to: problem.anchorBaseRows(), method: name)
      base = fitted.residuals(from: stored, to: problem.anchorBaseRows())
      map = fitted
    }
    var anchors = problem.anchors
    var progressBefore = 0.0
    if let limit = problem.anchorLimit, limit < atoms.rows {
      let chosen = try screened(atoms, mean, problem, limit: limit) { try progress($0 / 2) }
      progressBefore = 0.5
      atoms = Matrix(atoms.view, rows: chosen)
      anchors = chosen.map { anchors[$0] }
      if map != nil { base = Matrix(base.view, rows: chosen) }
    }
    var options = options
    options.memoryBudget -= Self.otherMemory(problem)
    let pursuit = try OrthogonalMatchingPursuit(
      dictionary: SparseDictionary(atoms), options: options, targetCount: problem.targets.count
    ) { try progress(progressBefore + (1 - progressBefore) * $0) }
    return FittedPursuit(
      name: name, frame: frame, problem: problem, pursuit: pursuit,
      atomTokens: anchors.map(\.base), donorMean: mean, base: base, map: map)
  }
}

extension SparseTransplant {
  /// The anchors that a pursuit considers when it may not have them all, by position.
  ///
  /// - Parameter mean: what was taken off the atoms.
  private func screened(
    _ atoms: Matrix, _ mean: [Float], _ problem: EmbeddingProblem, limit: Int,
    progress: (_ fraction: Double) throws -> Void
  ) throws -> [Int] {
    try AtomScreening(limit: limit, options: options).choose(
      from: SparseDictionary(atoms), count: problem.targets.count,
      targets: { range in
        var targets = problem.donorRows(problem.targets[range])
        if frame != .asStored { targets.addToRows(mean, times: -1) }
        return targets
      }, progress: progress)
  }

  /// What the threads of a product and the blocks of rows take.
  private static let smallMemory = 96 << 20

  /// The part of the memory budget that a pursuit does not have: what is in use when it begins, and the
  /// rows that it is going to make.
  private static func otherMemory(_ problem: EmbeddingProblem) -> Int {
    ProcessMemory.anonymous + problem.targets.count * problem.base.columns * 4 + smallMemory
  }
}

private struct FittedPursuit: ProblemServing {
  let name: String
  let frame: SparseTransplant.Frame
  var problem: EmbeddingProblem
  let pursuit: OrthogonalMatchingPursuit
  /// The base's token of each atom: an anchor of the problem, which may have more of them.
  let atomTokens: [TokenID]
  let donorMean: [Float]
  /// The base's mean row when centred, what the map leaves of the anchors' rows with a ridge map.
  let base: Matrix
  let map: RidgeMap?

  func rows(for targets: ArraySlice<TokenID>) throws -> MadeRows {
    try rows(for: targets) {}
  }

  func rows(for targets: ArraySlice<TokenID>, check: () throws -> Void) throws -> MadeRows {
    let donor = problem.donorRows(targets)
    var centred = donor
    if frame != .asStored { centred.addToRows(donorMean, times: -1) }
    let codes = try pursuit.solve(centred.view, check: check)
    // A token without a donor row has nothing to be approximated.
    let isUsable = codes.indices.map { !codes[$0].atoms.isEmpty && !donor.isZero(row: $0) }
    let terms = codes.map { code in
      (ids: code.atoms.map { atomTokens[Int($0)] }, coefficients: code.coefficients)
    }
    switch frame {
    case .asStored:
      return MadeRows(
        rows: RowCombination(base: problem.base).rows(terms),
        origins: codes.indices.map { index in
          isUsable[index]
            ? .combination(
              method: "omp", terms[index].ids, coefficients: terms[index].coefficients,
              residual: codes[index].relativeResidual) : .mean
        })
    case .centered:
      var rows = RowCombination(base: problem.base).rows(terms)
      let mean = base.row(0)
      for (index, code) in codes.enumerated() {
        // Σ c (b − ν) + ν = Σ c b + (1 − Σ c) ν.
        let share = 1 - code.coefficients.reduce(0, +)
        rows.withMutableRow(index) { row in
          for column in row.indices { row[column] += share * mean[column] }
        }
      }
      return MadeRows(rows: rows, origins: origins(isUsable))
    case .ridgeResidual:
      guard let map else { return MadeRows(rows: base, origins: []) }
      let image = map.image(of: donor)
      var rows = RowCombination(base: base.view).rows(
        codes.map { code in
          (ids: code.atoms.map { TokenID($0) }, coefficients: code.coefficients)
        })
      rows.add(image)
      return MadeRows(rows: rows, origins: origins(isUsable))
    }
  }

  private func origins(_ isUsable: [Bool]) -> [RowOrigin] {
    isUsable.map { $0 ? .computed(method: name, pieces: []) : .mean }
  }
}
