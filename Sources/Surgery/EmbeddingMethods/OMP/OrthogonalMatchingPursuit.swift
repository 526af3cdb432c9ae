internal import ByteIO
public import Tensors

/// Sparse codes by orthogonal matching pursuit: each target as a weighted sum of at most k atoms of a
/// dictionary, found one at a time, with the least-squares coefficients over all atoms taken so far.
///
/// A step takes the atom that correlates best with what the atoms so far leave of the target
/// (`Selection`), never one twice, and the lowest index among equals. Atoms are compared as unit
/// vectors, and coefficients are returned for the atoms as they were given. A pursuit ends with k atoms,
/// at the tolerance, or when the residual is orthogonal to the preferred atom (cosine below 10⁻⁵). An
/// atom within an angle of about 10⁻³ of the span of those taken is passed over.
///
/// Which atoms are taken is decided with correlations in `Float` or less, and in `Double` where those of
/// two atoms are too close for that; coefficients and residuals are computed in `Double` from the atoms.
/// The same input gives the same bits on any number of cores.
///
/// This is the solver behind "Training-Free Tokenizer Transplantation via Orthogonal Matching Pursuit"
/// (Goddard & Fernandes Neto, arXiv:2506.06607); for the Gram route see `GramPursuit`.
public struct OrthogonalMatchingPursuit: Sendable {
  /// The atoms.
  public let dictionary: SparseDictionary
  /// How codes are sought.
  public let options: Options
  /// `nil` on the residual route.
  private let gramRoute: GramRoute?
  private let inverseNorms: [Float]
  /// What threads on the Gram route work in.
  private let workspaces: Pool<PursuitWorkspace>
  /// The memory of one of them in bytes.
  private let workspaceSize: Int
  /// Memory for the products of a block's targets with all atoms.
  private let productMemory: Pool<FloatStorage>

  /// More targets than this in a block gain nothing.
  private static let largestBlock = 256
  /// Targets that one task solves: few, so that cores finish a block together.
  static let pieceSize = 2

  /// Atoms whose products one task computes: enough that packing the operands, which each task does
  /// anew, stays far below the product itself.
  private static let productColumns = 2048

  /// Prepares a solver: on the Gram route this computes the Gram matrix, N²·d/2 multiplications.
  ///
  /// - Parameter targetCount: how many targets will be solved in all. For fewer than about N / k the
  ///   Gram matrix costs more than it saves, and is not computed.
  /// - Parameter progress: is told the fraction of the Gram matrix that is done; what it throws ends
  ///   the work.
  /// - Throws: `PursuitError` when the options do not fit the dictionary, and what `progress` throws.
  public init(
    dictionary: SparseDictionary, options: Options, targetCount: Int = .max,
    progress: (_ fraction: Double) throws -> Void = { _ in }
  ) throws {
    try self.init(
      dictionary: dictionary, options: options, targetCount: targetCount, layout: .init(),
      progress: progress)
  }

  /// The same with another layout of the look-ahead, which makes no difference to results.
  init(
    dictionary: SparseDictionary, options: Options, targetCount: Int = .max,
    layout: PursuitWorkspace.Layout, progress: (_ fraction: Double) throws -> Void = { _ in }
  ) throws {
    try options.check(dimension: dictionary.dimension)
    self.dictionary = dictionary
    self.options = options
    inverseNorms = dictionary.inverseNorms()
    _ = try dictionary.weights(options)
    let paysOff = targetCount >= dictionary.count / options.sparsity
    let size = PursuitWorkspace.Size(
      atoms: dictionary.count, dimension: dictionary.dimension, sparsity: options.sparsity)
    workspaces = Pool { PursuitWorkspace(size, layout) }
    workspaceSize = size.byteCount(layout)
    let productCount = Self.largestBlock * RoundedUnits.wholeGroups(dictionary.count)
    productMemory = Pool { FloatStorage(count: productCount) }
    let memory =
      GramRoute.byteCount(dictionary) + workspaceSize + Self.bytesPerTarget(dictionary)
    gramRoute =
      paysOff && memory <= options.memoryBudget
      ? try GramRoute(dictionary, inverseNorms: inverseNorms, progress: progress) : nil
  }

  /// The way that the memory budget and the number of targets led to.
  public var route: Route { gramRoute == nil ? .residual : .gram }

  /// Finds the sparse codes of targets.
  ///
  /// - Parameters:
  ///   - targets: the matrix whose rows are the targets, each of `dictionary.dimension` elements.
  ///   - rows: which rows to code, in the order of the result; all when `nil`.
  ///   - excluded: atoms that must not be selected.
  ///   - progress: is told after each block how many targets are done; what it throws ends the work.
  ///   - check: is called every few seconds; what it throws ends the work.
  /// - Throws: `PursuitError`, and what `check` and `progress` throw.
  /// - Returns: one code per target.
  public func solve(
    _ targets: MatrixView, rows: [Int]? = nil, excluding excluded: Set<Int> = [],
    progress: (_ targetsDone: Int) throws -> Void = { _ in }, check: () throws -> Void = {}
  ) throws -> [SparseCode] {
    guard targets.columns == dictionary.dimension else {
      throw PursuitError.dimensionMismatch(
        targets: targets.columns, atoms: dictionary.dimension)
    }
    let rules = PursuitRules(
      dictionary: dictionary, sparsity: options.sparsity, tolerance: Double(options.tolerance),
      weights: try dictionary.weights(options, excluding: excluded))
    let rows = rows ?? Array(0..<targets.rows)
    var codes: [SparseCode] = []
    codes.reserveCapacity(rows.count)
    while codes.count < rows.count {
      let end = min(codes.count + blockSize, rows.count)
      let block = try TargetBlock(targets, rows: rows[codes.count..<end])
      codes +=
        try gramRoute.map { route in
          productMemory.withElement {
            route.solve(block, rules, workspaces: workspaces, memory: $0)
          }
        } ?? solveByResidual(block, rules, check)
      try progress(codes.count)
    }
    return codes
  }

  /// The number of targets whose correlations with all atoms fit what the Gram matrix leaves of the
  /// budget.
  private var blockSize: Int {
    let threads = ThreadLimit.current ?? ProcessorCount.available
    let remaining =
      options.memoryBudget
      - (gramRoute == nil ? 0 : GramRoute.byteCount(dictionary) + threads * workspaceSize)
    return min(max(remaining / Self.bytesPerTarget(dictionary), 1), Self.largestBlock)
  }

  /// Correlations with all atoms, and the target and its residual in both precisions.
  private static func bytesPerTarget(_ dictionary: SparseDictionary) -> Int {
    4 * dictionary.count + 32 * dictionary.dimension
  }
}

// MARK: - The residual route

extension OrthogonalMatchingPursuit {
  /// The products of vectors with the atoms as they are, one row of N per vector, to the start of
  /// `memory`.
  private func multiply(_ vectors: Matrix, into memory: FloatStorage) {
    let (count, dimension) = (dictionary.count, dictionary.dimension)
    let vectorCount = vectors.rows
    vectors.withElements { vectors in
      dictionary.atoms.withElements { atoms in
        // Safe: each piece writes columns of its own.
        nonisolated(unsafe) let (vectors, atoms) = (vectors, atoms)
        parallelFor(count: count, pieceSize: Self.productColumns) { piece in
          guard let vectors = vectors.baseAddress, let atoms = atoms.baseAddress,
            let products = memory.elements.baseAddress
          else { return }
          StridedProduct.multiply(
            rows: vectorCount, columns: piece.count, inner: dimension,
            vectors, stride: dimension, atoms + piece.lowerBound * dimension, stride: dimension,
            transposingRight: true, into: products + piece.lowerBound, stride: count)
        }
      }
    }
  }

  private func solveByResidual(
    _ block: TargetBlock, _ rules: PursuitRules, _ check: () throws -> Void
  ) rethrows -> [SparseCode] {
    var pursuits = (0..<block.count).map { index in
      block.norms[index] > 0
        ? ResidualPursuit(rules, target: block.unit(index), norm: block.norms[index]) : nil
    }
    var active = pursuits.indices.filter { pursuits[$0]?.isDone == false }
    while !active.isEmpty {
      try check()
      step(&pursuits, active)
      active.removeAll { pursuits[$0]?.isDone != false }
    }
    return map(pursuits) { $0?.code() ?? .zero }
  }

  /// Lets the active pursuits take one atom each.
  private func step(_ pursuits: inout [ResidualPursuit?], _ active: [Int]) {
    var residuals = Matrix(rows: active.count, columns: dictionary.dimension)
    for (row, index) in active.enumerated() {
      guard let pursuit = pursuits[index] else { continue }
      residuals.withMutableRow(row) { _ = $0.update(fromContentsOf: pursuit.residual) }
    }
    let count = dictionary.count
    productMemory.withElement { memory in
      multiply(residuals, into: memory)
      pursuits.withUnsafeMutableBufferPointer { pursuits in
        // Safe: each piece writes what belongs to its targets.
        nonisolated(unsafe) let pursuits = pursuits
        parallelFor(count: active.count, pieceSize: Self.pieceSize) { piece in
          for row in piece {
            let own = UnsafeMutableBufferPointer(
              rebasing: memory.elements[(row * count)..<((row + 1) * count)])
            for atom in 0..<count { own[atom] *= inverseNorms[atom] }
            pursuits[active[row]]?.step(own)
          }
        }
      }
    }
  }

  private func map(
    _ pursuits: [ResidualPursuit?], _ transform: @Sendable (ResidualPursuit?) -> SparseCode
  ) -> [SparseCode] {
    var codes = [SparseCode](repeating: .zero, count: pursuits.count)
    codes.withUnsafeMutableBufferPointer { codes in
      // Safe: each piece writes elements of its own.
      nonisolated(unsafe) let codes = codes
      parallelFor(count: pursuits.count, pieceSize: Self.pieceSize) { piece in
        for index in piece { codes[index] = transform(pursuits[index]) }
      }
    }
    return codes
  }
}
