internal import ByteIO
internal import Tensors
internal import Tokenization

/// Gives a model another model's tokenizer.
///
/// The result has the base's body and the donor's tokenizer. A row of the base that belongs to a token
/// of both vocabularies is kept bit for bit; every other row is made by an embedding method.
///
/// ```swift
/// let transplant = try Transplant(
///   base: ModelDirectory("llama"), donor: ModelDirectory("qwen"),
///   options: TransplantOptions(method: SparseTransplant(.init(sparsity: 8))))
/// let report = try transplant.write(to: "llama-qwen")
/// ```
public struct Transplant: Sendable {
  public let base: ModelDirectory
  public let donor: ModelDirectory
  public let options: TransplantOptions
  /// Which tokens the two vocabularies share.
  public let alignment: VocabularyAlignment
  /// The number of rows of the new matrices.
  public let rowCount: Int
  /// Shared tokens that have a row in both models.
  let anchors: [(donor: TokenID, base: TokenID)]

  /// Plans a transplant. Nothing is computed or written yet.
  ///
  /// - Throws: `ModelError` when the two do not fit together or a matrix holds numbers that are not
  ///   finite.
  public init(base: ModelDirectory, donor: ModelDirectory, options: TransplantOptions) throws {
    self.base = base
    self.donor = donor
    self.options = options
    alignment = VocabularyAlignment(
      base: (base.tokenizer, base.vocabulary, base.specialTokens),
      donor: (donor.tokenizer, donor.vocabulary, donor.specialTokens))
    let (baseRows, donorRows) = (base.vocabularyTensors.rows, donor.vocabularyTensors.rows)
    anchors = alignment.anchors.filter { $0.base < baseRows && $0.donor < donorRows }
    guard !anchors.isEmpty else {
      throw ModelError(base.path, .nothingShared(donor: donor.path))
    }
    rowCount = try Self.rowCount(options.rowCount, donor)
    try base.requireFiniteMatrices()
    try donor.requireFiniteMatrices()
  }

  /// Far more rows than any vocabulary has: a larger number is a mistake, and would take all memory.
  static let largestRowCount = 1 << 24

  private static func rowCount(
    _ requested: TransplantOptions.RowCount, _ donor: ModelDirectory
  ) throws(ModelError) -> Int {
    let needed = donor.vocabulary.idBound
    let count =
      switch requested {
      case .donor: max(needed, donor.configVocabularySize ?? 0)
      case .multiple(let multiple): needed + (multiple - needed % multiple) % multiple
      case .exactly(let count): count
      }
    guard count >= needed else {
      throw ModelError(donor.path, .vocabularyTooSmall(requested: count, needed: needed))
    }
    guard count <= largestRowCount else {
      throw ModelError(donor.path, .vocabularyTooLarge(rows: count, limit: largestRowCount))
    }
    return count
  }

  // MARK: Solving

  /// One matrix of the base and what becomes of it.
  struct RebuiltMatrix: Sendable {
    enum Role: String { case input, output }
    let role: Role
    let base: VocabularyTensors.Entry
    /// How each row of the new matrix is made.
    let recipes: [RowRecipe]
    let heldOut: HeldOutQuality?
    let synthesis: RowSynthesis
  }

  /// Rebuilds the matrices: the input embedding and, if it is separate, the output projection.
  func solve(progress: SurgeryProgress) throws -> [RebuiltMatrix] {
    let baseTensors = base.vocabularyTensors
    let input = try rebuild(
      .input, baseTensors.input, from: donor.vocabularyTensors.input, progress: progress)
    guard let output = baseTensors.output else { return [input] }
    return [
      input,
      try rebuild(
        .output, output, from: donor.vocabularyTensors.outputOrInput, progress: progress),
    ]
  }

  private func rebuild(
    _ role: RebuiltMatrix.Role, _ base: VocabularyTensors.Entry,
    from donor: VocabularyTensors.Entry, progress: SurgeryProgress
  ) throws -> RebuiltMatrix {
    var recipes = (0..<rowCount).map {
      plannedRecipe(TokenID($0), role, donorRows: donor.matrix.rows)
    }
    let targets = recipes.indices.filter { recipes[$0] == nil }.map { TokenID($0) }
    let problem = EmbeddingProblem(
      base: base.matrix, donor: donor.matrix, anchors: anchors, targets: targets)
    let rebuilt = try options.method.recipes(for: problem) { fraction in
      try progress("rebuilding \(role.rawValue) rows", fraction)
    }
    for (target, recipe) in zip(targets, rebuilt) { recipes[Int(target)] = recipe }
    let heldOut = try HeldOutCheck.quality(
      of: options.method, on: problem, count: options.heldOutCount
    ) { fraction in try progress("checking \(role.rawValue) rows", fraction) }
    return RebuiltMatrix(
      role: role, base: base, recipes: recipes.map { $0 ?? .mean }, heldOut: heldOut,
      synthesis: RowSynthesis(base: base.matrix, anchors: anchors))
  }

  /// The recipe that follows from the vocabularies alone; `nil` where the method is asked.
  private func plannedRecipe(
    _ id: TokenID, _ role: RebuiltMatrix.Role, donorRows: Int
  ) -> RowRecipe? {
    if let match = alignment.matches[id] {
      // A tied model has one row for both uses; texts begin with it, so the input counts.
      let source = role == .input ? match.base : match.outputBase
      if source < base.vocabularyTensors.rows { return .base(source) }
    }
    if donor.vocabulary.spelling(of: id) == nil { return .padding }
    return id < donorRows ? nil : .mean
  }

  // MARK: Results

  /// Computes everything and writes nothing.
  ///
  /// - Throws: what the method throws, and what `progress` throws.
  public func dryRun(progress: SurgeryProgress = { _, _ in }) throws -> TransplantReport {
    TransplantReport(self, try solve(progress: progress), directory: nil)
  }

  /// Computes everything and writes the new model directory, which appears complete or not at all.
  ///
  /// - Throws: what the method throws, `FileError` when a file cannot be written or `path` exists, and
  ///   what `progress` throws; nothing is left behind then. `ModelError` when `path` is a directory
  ///   that is or holds one of the two models.
  public func write(
    to path: String, progress: @escaping SurgeryProgress = { _, _ in }
  ) throws -> TransplantReport {
    // First, so that an impossible destination is known before the work.
    try requireOwnDestination(path)
    let directory = try AtomicDirectory(
      destination: path, replacing: options.replacesExisting)
    let matrices = try solve(progress: progress)
    let output = TransplantOutput(transplant: self, matrices: matrices, directory: directory)
    try output.write(progress: progress)
    try directory.commit()
    return TransplantReport(self, matrices, directory: directory.destination)
  }

  private func requireOwnDestination(_ path: String) throws(ModelError) {
    guard let destination = FileSystem.canonicalPath(path) else { return }
    for model in [base, donor] {
      let input = FileSystem.canonicalPath(model.path) ?? model.path
      if input == destination || input.hasPrefix(destination + "/") {
        throw ModelError(path, .destinationHoldsInput(model.path))
      }
    }
  }
}

extension ModelDirectory {
  /// - Throws: `ModelError` when a matrix of the vocabulary holds an infinity or a NaN.
  func requireFiniteMatrices() throws(ModelError) {
    let tensors = vocabularyTensors
    for entry in [tensors.input] + (tensors.output.map { [$0] } ?? []) + tensors.biases {
      if let row = entry.matrix.firstNonFiniteRow {
        throw ModelError(path, .nonFinite(tensor: entry.name, row: row))
      }
    }
  }
}
