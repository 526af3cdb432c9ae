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
    let always =
      problems[0].donor == nil
      ? MethodComparison.donorFreeCandidates : MethodComparison.candidates
    return always + (problems[0].hypernetwork == nil ? [] : [HypernetworkRows().name])
  }

  /// What was found out for one matrix.
  struct Choice {
    /// `nil` where nothing was to be chosen or could be compared.
    var selection: MethodSelection?
    /// The rows that the chosen method makes and what text has taught about them, where they have been
    /// made already.
    var made: MadeRows?
  }

  /// What was chosen for each matrix; `nil` where nothing was to be chosen or could be compared.
  func choices() throws -> [Choice] {
    guard !problems[0].targets.isEmpty else { return works.map { _ in Choice() } }
    guard let scoring = try textScoring() else {
      return try works.indices.map { Choice(selection: try chooseByHeldOutTokens($0)) }
    }
    guard works.count == 2 else {
      return try TextTuning(choice: self, scoring: scoring).tuned([chooseOneMatrix(scoring)])
    }
    let input = try chooseInput(scoring)
    let output = try chooseOutput(scoring, inputRows: rows(0, input))
    return try TextTuning(choice: self, scoring: scoring).tuned([input, output])
  }

  // MARK: By text

  private func textScoring() throws -> OwnTextScoring? {
    let problem = problems[works.count - 1]
    let size = problem.targets.count * problem.base.columns * 4 * (names.count + 4)
    guard let probe, size <= transplant.options.memoryBudget,
      works.allSatisfy({ $0.biases.isEmpty }),
      problems.allSatisfy({ $0.targets == problem.targets })
    else { return nil }
    let texts =
      try transplant.options.calibrationText?.judged
      ?? OwnText.texts(probe.texts, of: transplant.base)
    guard let text = try ownText(texts) else { return nil }
    let scoring = self.scoring(text, probe.model, targets: problem.targets)
    return scoring.occurrences.reduce(0, +) >= Self.fewestOccurrences ? scoring : nil
  }

  /// Texts as both tokenizers cut them; `nil` when nothing is left of them.
  func ownText(_ texts: [String]) throws -> OwnText? {
    try OwnText(texts, from: transplant.base, to: transplant.target, rowCount: transplant.rowCount)
  }

  private func scoring(
    _ text: OwnText, _ probe: ModelProbe, targets: [TokenID]
  ) -> OwnTextScoring {
    OwnTextScoring(
      probe: probe, text: text, keptInputs: works[0].keptRows(),
      keptOutputs: works[works.count - 1].keptRows(), targets: targets,
      input: transplant.base.vocabularyTensors.input.matrix)
  }

  private var textName: String {
    transplant.options.calibrationText == nil ? "text that the base writes itself" : "the text"
  }

  /// The rows of a choice, the mean row where there was nothing to go by.
  func rows(_ index: Int, _ choice: Choice) throws -> Matrix {
    try made(index, choice).withMean(MeanRow(problems[index]).row)
  }

  /// The rows of a choice as its method makes them.
  func made(_ index: Int, _ choice: Choice) throws -> MadeRows {
    if let made = choice.made { return made }
    let plan = try MethodPlan(
      works[index].request, choice.selection, memoryBudget: transplant.options.memoryBudget)
    return try works[index].rows(plan, problems[index])
  }

  private func compare(
    _ index: Int, _ criterion: any RowCriterion, _ scoring: OwnTextScoring, documents: Int
  ) throws -> MethodSelection {
    let stage = "choosing a method for \(works[index].role.rawValue) rows"
    var problem = problems[index]
    problem.targets = scoring.targets
    let candidates = try CandidateRows(
      names, for: problem, memoryBudget: transplant.options.memoryBudget
    ) { try progress(stage, $0 / 4) }
    let classes = problem.targets.map { target in
      transplant.donorTexts[target].map { TokenClass($0) }
    }
    return try MethodComparison(
      problem: problem, criterion: criterion,
      weights: [Double](repeating: 1, count: documents),
      tokenCount: scoring.occurrences.reduce(0, +),
      classes: DocumentwiseJudge(classes: classes, occurrences: scoring.occurrences),
      memoryBudget: transplant.options.memoryBudget
    ).run(candidates) { try progress(stage, 0.25 + 0.75 * $0) }
  }

  /// One matrix for both uses: what the text costs, read and predicted with the same rows.
  private func chooseOneMatrix(_ scoring: OwnTextScoring) throws -> Choice {
    guard works[0].isAutomatic else { return Choice() }
    let limited = scoring.limited(to: scoring.probe.comparedPositions)
    let criterion = OwnTextCriterion(
      scoring: limited, read: nil, name: "bits per byte of \(textName)")
    return Choice(
      selection: try compare(0, criterion, limited, documents: limited.text.documents.count))
  }

  private func chooseInput(_ scoring: OwnTextScoring) throws -> Choice {
    var choice = Choice()
    if works[0].isAutomatic {
      let positions = scoring.probe.comparedPositions
      // Rows that the text does not read are not needed for the comparison.
      let read = scoring.text.limited(to: positions)
      let occurring = scoring.targets.filter(Set(read.documents.joined()).contains)
      let part = self.scoring(read, scoring.probe, targets: occurring)
      let choosing = try ReadingFidelity(part, positions: positions)
      choice.selection = try compare(0, choosing, part, documents: choosing.documentCount)
    }
    choice.made = try made(0, choice)
    return choice
  }

  private func chooseOutput(_ scoring: OwnTextScoring, inputRows: Matrix) throws -> Choice {
    guard works[1].isAutomatic else { return Choice() }
    // Output rows differ only in what is predicted, which takes no new run of the model.
    let limited = scoring.limited(to: 2 * scoring.probe.comparedPositions)
    let criterion = OwnTextCriterion(
      scoring: limited, read: try limited.states(inputRows), name: "bits per byte of \(textName)")
    return Choice(
      selection: try compare(1, criterion, limited, documents: limited.text.documents.count))
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
    ).run(candidates) { try progress(stage, 0.5 + $0 / 2) }
  }
}

extension MatrixRebuilding {
  /// Whether the method is to be chosen.
  var isAutomatic: Bool { if case .automatic = request { true } else { false } }
}
