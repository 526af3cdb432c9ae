internal import ByteIO
internal import Tensors
internal import Tokenization
internal import TokenizerFiles

/// Gives a model another model's tokenizer.
///
/// The result has the base's body and the donor's tokenizer. A row of the base that belongs to a token
/// of both vocabularies is kept bit for bit; every other row is made by an embedding method.
///
/// ```swift
/// let transplant = try Transplant(
///   base: ModelDirectory("llama"), donor: ModelDirectory("qwen"),
///   options: TransplantOptions())
/// let report = try transplant.write(to: "llama-qwen")
/// ```
public struct Transplant: Sendable {
  public let base: ModelDirectory
  /// What gives the tokenizer.
  public let target: TransplantTarget
  public let options: TransplantOptions
  /// Which tokens the two vocabularies share.
  public let alignment: VocabularyAlignment
  /// The number of rows of the new matrices.
  public let rowCount: Int
  /// Shared tokens that have a row in both models.
  let anchors: [EmbeddingProblem.Anchor]
  /// What the tokens of the new vocabulary stand for, where that is a text.
  let donorTexts: [TokenID: [UInt8]]

  /// What is done, as the manifest calls it.
  var operation: String { target.derived?.operation.rawValue ?? "transplant" }

  /// The model whose tokenizer is taken; `nil` when there is only a tokenizer.
  public var donor: ModelDirectory? { target.model }

  /// Plans a transplant of another model's tokenizer. Nothing is computed or written yet.
  ///
  /// - Throws: `ModelError` when the two do not fit together or a matrix holds numbers that are not
  ///   finite.
  public init(base: ModelDirectory, donor: ModelDirectory, options: TransplantOptions) throws {
    try self.init(base: base, target: TransplantTarget(model: donor), options: options)
  }

  /// Plans a transplant of a tokenizer, with or without its model.
  ///
  /// - Throws: as the other initializer, and `MethodError` when a method is asked for that needs a
  ///   donor model and there is none.
  public init(base: ModelDirectory, target: TransplantTarget, options: TransplantOptions) throws {
    self.base = base
    self.target = target
    self.options = options
    alignment =
      target.derived.map { VocabularyAlignment($0) }
      ?? VocabularyAlignment(
        base: (base.tokenizer, base.vocabulary, base.specialTokens),
        donor: (target.definition, target.vocabulary, target.specialTokens))
    let baseRows = base.vocabularyTensors.rows
    let donorRows = target.model?.vocabularyTensors.rows ?? .max
    anchors = alignment.anchors.filter { $0.base < baseRows && $0.donor < donorRows }
    guard !anchors.isEmpty else {
      throw ModelError(base.path, .nothingShared(donor: target.path))
    }
    rowCount = try Self.rowCount(options.rowCount, target)
    let configEdit = ConfigEdit(
      base: base, target: target, alignment: alignment, rowCount: rowCount, unties: false
    )
    try configEdit.requirePlaceholders()
    try configEdit.requirePadding()
    let spelling = TokenSpelling(target.definition, target.vocabulary)
    donorTexts = Dictionary(
      uniqueKeysWithValues: spelling.texts(target.specialTokens).map { ($0.id, $0.text) })
    for request in [options.input, options.output] {
      guard target.model == nil, options.vectorText == nil, case .method(let method) = request,
        method.needsDonor
      else { continue }
      throw MethodError.needsDonor(method.name)
    }
    for case .method(let method) in [options.input, options.output]
    where method.needsHypernetwork && options.hypernetwork == nil {
      throw MethodError.needsHypernetwork(method.name)
    }
    try options.hypernetwork?.requireFit(base)
    try base.requireFiniteMatrices()
    try target.model?.requireFiniteMatrices()
  }

  /// Far more rows than any vocabulary has: a larger number is a mistake, and would take all memory.
  static let largestRowCount = 1 << 24

  private static func rowCount(
    _ requested: TransplantOptions.RowCount, _ donor: TransplantTarget
  ) throws(ModelError) -> Int {
    let needed = donor.vocabulary.idBound
    let count =
      switch requested {
      case .donor: max(needed, donor.model?.configVocabularySize ?? 0)
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

  /// Whether the new model has one matrix for input and output.
  var sharesOneMatrix: Bool {
    base.vocabularyTensors.output == nil && base.vocabularyTensors.isTied && !options.unties
  }

  /// Whether a tied base becomes untied.
  var unties: Bool { options.unties && base.vocabularyTensors.isTied }

  /// Rebuilds the matrices: the input embedding and, if it is separate, the output projection.
  ///
  /// - Parameter journal: what an earlier attempt has made, and what this one adds.
  /// - Throws: what methods and `progress` throw, and `ModelError` when the memory budget is too small.
  func solve(journal: RowJournal? = nil, progress: SurgeryProgress) throws -> [RebuiltMatrix] {
    let tensors = base.vocabularyTensors
    let segmentation = TokenSegmentation(base)
    let probe = try probe(progress)
    let output = try outputEntry()
    let vectors = try vectors(progress)
    let donorTensors = donor?.vocabularyTensors
    return try withoutActuallyEscaping(progress) { progress in
      func rebuilding(
        _ role: MatrixRole, _ entry: VocabularyTensors.Entry,
        _ donorEntry: VocabularyTensors.Entry?, _ request: TransplantOptions.MethodRequest
      ) -> MatrixRebuilding {
        let isLast = role == .output || output == nil
        return MatrixRebuilding(
          transplant: self, role: role, base: entry, donor: vectors ?? donorEntry?.matrix,
          biases: isLast ? tensors.biases : [], request: request, segmentation: segmentation,
          journal: journal, progress: progress)
      }
      var works = [rebuilding(.input, tensors.input, donorTensors?.input, options.input)]
      if let output {
        works.append(
          rebuilding(.output, output, donorTensors?.outputOrInput, options.output))
      }
      let problems = works.map { $0.problem() }
      try requireMemory()
      let choices = try MethodChoice(
        transplant: self, works: works, problems: problems, probe: probe, progress: progress
      ).choices()
      return try works.indices.map { try works[$0].run(problems[$0], choices[$0]) }
    }
  }

  /// The program itself with its libraries, and the buffers of products and files.
  private static let programMemory = 64 << 20

  /// - Throws: `ModelError` when the models and the new rows alone take more than the memory budget.
  private func requireMemory() throws(ModelError) {
    let newTokens = max(target.vocabulary.ids.count - alignment.matches.count, 0)
    let matrices = sharesOneMatrix ? 1 : 2
    let rows = matrices * newTokens * base.vocabularyTensors.input.matrix.columns * 4
    let needed = ProcessMemory.anonymous + rows + Self.programMemory
    guard needed <= options.memoryBudget else {
      throw ModelError(
        base.path, .memoryBudgetTooSmall(budget: options.memoryBudget, needed: needed))
    }
  }

  /// The tensor of output rows, where they are not the input rows.
  private func outputEntry() throws -> VocabularyTensors.Entry? {
    if let output = base.vocabularyTensors.output { return output }
    guard unties else { return nil }
    return VocabularyTensors.Entry(
      name: try base.outputName(), matrix: base.vocabularyTensors.input.matrix,
      isStoredAsRow: false)
  }

  /// What stands for a donor's rows where text is to give them.
  private func vectors(_ progress: SurgeryProgress) throws -> MatrixView? {
    guard let text = options.vectorText else { return nil }
    let vectors = try text.matrix(
      for: target, rowCount: rowCount, seed: options.seed, progress: progress)
    guard anchors.contains(where: { !vectors.isZero(row: Int($0.donor)) }) else {
      throw MethodError.noVectors(files: text.paths)
    }
    return vectors
  }

  private func probe(_ progress: SurgeryProgress) throws -> ProbeStates? {
    let requests = [options.input] + (sharesOneMatrix ? [] : [options.output])
    let isNeeded = requests.contains { if case .automatic = $0 { true } else { false } }
    guard isNeeded || options.calibrationText != nil else { return nil }
    return try ProbeStates(base, heldOutCount: options.heldOutCount, seed: options.seed) {
      try progress("reading the base model", $0)
    }
  }
}

extension ModelDirectory {
  /// - Throws: `ModelError` when a matrix of the vocabulary holds an infinity or a NaN.
  package func requireFiniteMatrices() throws(ModelError) {
    let tensors = vocabularyTensors
    for entry in [tensors.input] + (tensors.output.map { [$0] } ?? []) + tensors.biases {
      if let row = entry.matrix.firstNonFiniteRow {
        throw ModelError(path, .nonFinite(tensor: entry.name, row: row))
      }
      entry.matrix.releasePages()
    }
  }
}
