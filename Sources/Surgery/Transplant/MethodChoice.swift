internal import Tensors
internal import Tokenization

/// The choice of methods for the matrices of one transplant, where they are not asked for.
///
/// Input rows are judged on shared tokens that are held out: by what the model predicts after them.
/// Output rows are judged by text that the base writes itself, cut by the new tokenizer: only there does
/// a new token meet the pieces that used to spell it. Where the model cannot be run, held-out rows are
/// compared with the real ones.
struct MethodChoice {
  let transplant: Transplant
  /// One per matrix: input, and output where it is another.
  let works: [MatrixRebuilding]
  let problems: [EmbeddingProblem]
  let probe: ProbeStates?
  let progress: SurgeryProgress

  /// Fewer new tokens in the base's own text say nothing about rows.
  private static let fewestOccurrences = 100
  /// With fewer held-out tokens a comparison says nothing.
  private static let fewestHeldOut = 8

  private var names: [String] {
    transplant.target.model == nil
      ? MethodComparison.donorFreeCandidates : MethodComparison.candidates
  }

  /// What was found out for one matrix.
  struct Choice {
    /// `nil` where nothing was to be chosen or could be compared.
    var selection: MethodSelection?
    /// What is added to the rows that the chosen method makes.
    var calibration: LogitCalibration?
  }

  /// What was chosen for each matrix; `nil` where nothing was to be chosen or could be compared.
  func choices() throws -> [Choice] {
    guard !problems[0].targets.isEmpty else { return works.map { _ in Choice() } }
    let input = Choice(selection: try chooseByHeldOutTokens(0))
    guard works.count == 2 else { return [input] }
    guard works[1].isAutomatic, let scoring = try ownTextScoring() else {
      return [input, Choice(selection: try chooseByHeldOutTokens(1))]
    }
    return [input, try chooseByText(scoring, inputRows: inputRows(input.selection))]
  }

  // MARK: The base's own text

  private func ownTextScoring() throws -> OwnTextScoring? {
    let problem = problems[works.count - 1]
    let size = problem.targets.count * problem.base.columns * 4 * (names.count + 4)
    guard let probe, size <= transplant.options.memoryBudget,
      works.allSatisfy({ $0.biases.isEmpty }),
      problems.allSatisfy({ $0.targets == problem.targets }),
      let text = try OwnText(
        probe.texts, from: transplant.base, to: transplant.target,
        rowCount: transplant.rowCount)
    else { return nil }
    let scoring = OwnTextScoring(
      probe: probe.model, text: text, keptInputs: works[0].keptRows(),
      keptOutputs: works[works.count - 1].keptRows(), targets: problem.targets,
      input: transplant.base.vocabularyTensors.input.matrix)
    return scoring.occurrences.reduce(0, +) >= Self.fewestOccurrences ? scoring : nil
  }

  /// The input rows that are going to be, since the states before each token depend on them.
  private func inputRows(_ selection: MethodSelection?) throws -> Matrix {
    let method = try MethodPlan(
      works[0].request, selection, memoryBudget: transplant.options.memoryBudget
    ).overall
    return try CandidateRows(methods: [method], for: problems[0]) { _ in }
      .average([method.name])
  }

  private func chooseByText(
    _ scoring: OwnTextScoring, inputRows: Matrix
  ) throws -> Choice {
    let candidates = try CandidateRows(
      names, for: problems[1], memoryBudget: transplant.options.memoryBudget
    ) { try progress("making candidates for output rows", $0) }
    let read = try scoring.states(inputRows)
    let outcome = try compare(scoring, read, candidates)
    var choice = Choice(selection: outcome.selection)
    if let helpful = LogitCalibration.helpful(scoring, read, outcome.rows) {
      choice.calibration = helpful.calibration
      choice.selection?.calibration = (helpful.before, helpful.after)
    }
    return choice
  }

  private func compare(
    _ scoring: OwnTextScoring, _ read: ReadText, _ candidates: CandidateRows
  ) throws -> (selection: MethodSelection, rows: Matrix) {
    let classes = problems[1].targets.map { target in
      transplant.donorTexts[target].map { TokenClass($0) }
    }
    let comparison = MethodComparison(
      problem: problems[1], criterion: OwnTextCriterion(scoring: scoring, read: read),
      weights: scoring.text.documents.map { _ in 1 },
      tokenCount: scoring.occurrences.reduce(0, +),
      classes: DocumentwiseJudge(classes: classes, occurrences: scoring.occurrences),
      memoryBudget: transplant.options.memoryBudget)
    return try comparison.run(candidates) {
      try progress("choosing a method for output rows", $0)
    }
  }

  // MARK: Held-out tokens

  private func chooseByHeldOutTokens(_ index: Int) throws -> MethodSelection? {
    let (work, problem) = (works[index], problems[index])
    guard work.isAutomatic else { return nil }
    let stage = "choosing a method for \(work.role.rawValue) rows"
    let limit = work.role == .input ? probe?.inputCount : nil
    let heldOut = HeldOutTokens(
      anchors: problem.anchors, targets: problem.targets.compactMap { transplant.donorTexts[$0] },
      segmentation: work.segmentation, count: limit ?? transplant.options.heldOutCount,
      seed: transplant.options.seed
    ) { transplant.donorTexts[$0] }
    guard heldOut.tokens.count >= Self.fewestHeldOut else { return nil }
    let reduced = heldOut.problem(from: problem)
    let truth = Matrix(problem.base, rows: heldOut.tokens.map { Int($0.anchor.base) })
    let criterion =
      try probe?.criterion(work.role, isTied: transplant.sharesOneMatrix, truth: truth)
      ?? RowDistance(truth: truth, mean: MeanRow(reduced).row)
    let candidates = try CandidateRows(
      names, for: reduced, memoryBudget: transplant.options.memoryBudget
    ) { try progress(stage, $0 / 2) }
    return try MethodComparison(
      problem: reduced, criterion: criterion, weights: heldOut.tokens.map(\.weight),
      tokenCount: heldOut.tokens.count,
      classes: TokenwiseJudge(classes: heldOut.tokens.map(\.tokenClass)),
      memoryBudget: transplant.options.memoryBudget
    ).run(candidates) { try progress(stage, 0.5 + $0 / 2) }.selection
  }
}

extension MatrixRebuilding {
  /// Whether the method is to be chosen.
  var isAutomatic: Bool { if case .automatic = request { true } else { false } }
}
