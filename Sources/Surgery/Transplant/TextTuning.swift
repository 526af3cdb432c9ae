internal import Tensors
internal import Tokenization

/// What text does for rows after methods have made them: maps between rows are learnt from it, and the
/// logits of the new tokens calibrated.
struct TextTuning {
  let choice: MethodChoice
  /// The text that everything is judged by.
  let scoring: OwnTextScoring

  private var works: [MatrixRebuilding] { choice.works }
  private var options: TransplantOptions { choice.transplant.options }

  /// The most tokens that are learnt from unasked, and the fewest that are worth it.
  private static let mostTokens = 100_000
  private static let fewestTokens = 4_000
  /// What the corrected rows are mapped from, beside themselves: one method for each kind of knowledge.
  private static let parts = ["first", "last", "fvt", "ridge", "omp-c8"]

  /// Rows that are judged and changed together.
  private struct State {
    var input: Matrix
    /// Equal to `input` where there is one matrix.
    var output: Matrix
  }

  func tuned(_ choices: [MethodChoice.Choice]) throws -> [MethodChoice.Choice] {
    let isTuned = works.contains(where: \.isAutomatic) || options.calibrationText != nil
    guard isTuned else { return choices }
    var result = choices
    let last = works.count - 1
    for index in works.indices { result[index].made = try choice.made(index, choices[index]) }
    var state = State(input: try choice.rows(0, result[0]), output: try choice.rows(last, result[last]))
    if works.contains(where: \.isAutomatic), let learnt = try learn(state) {
      state = learnt.state
      if works[0].isAutomatic {
        result[0].made = result[0].made?.changed(to: state.input, by: "learnt maps")
        result[0].selection?.learning = learnt.losses
      }
      if last > 0, works[last].isAutomatic {
        result[last].made = result[last].made?.changed(to: state.output, by: "learnt maps")
        result[last].selection?.learning = learnt.losses
      }
    }
    // A row for both uses cannot be shifted for one of them.
    guard last > 0, works[last].isAutomatic || options.calibrationText != nil else { return result }
    let read = try scoring.states(state.input)
    if let helpful = LogitCalibration.helpful(scoring, read, state.output) {
      result[last].made = result[last].made?
        .changed(to: helpful.calibration.applied(to: state.output), by: "calibrated")
      result[last].selection?.calibration = (helpful.before, helpful.after)
    }
    return result
  }

  // MARK: Learning

  /// The rows with learnt corrections; `nil` when there is too little text, or the text that everything is
  /// judged by does not become clearly cheaper.
  private func learn(
    _ state: State
  ) throws -> (state: State, losses: (before: Double, after: Double))? {
    var corrections = MapLearner.Corrections(input: try correction(0, state.input))
    if works.count > 1 { corrections.output = try correction(1, state.output) }
    guard let tokens = tokenCount(corrections) else { return nil }
    let documents = try documents(tokens: tokens)
    let learner = MapLearner(
      documents: documents, scoring: scoring, learnsInput: works[0].isAutomatic,
      learnsOutput: works[works.count - 1].isAutomatic, seed: options.seed)
    let learnt = try learner.learn(corrections) { try choice.progress("learning maps", $0) }
    let tuned = State(input: learnt.inputRows, output: learnt.outputRows)
    let before = scoring.losses(try scoring.states(state.input), state.output)
    let after = scoring.losses(try scoring.states(tuned.input), tuned.output)
    guard Significance.isClear(zip(before, after).map { $0 - $1 }) else { return nil }
    func mean(_ losses: [Double]) -> Double { losses.reduce(0, +) / Double(losses.count) }
    return (tuned, (mean(before), mean(after)))
  }

  private func correction(_ index: Int, _ start: Matrix) throws -> LinearCorrection {
    let problem = choice.problems[index]
    let names = try Self.parts.filter { name in
      try problem.donor != nil || !MethodNotation.method(name).needsDonor
    }
    let candidates = try CandidateRows(
      names, for: problem, memoryBudget: options.memoryBudget
    ) { _ in }
    return LinearCorrection(start: start, parts: candidates.names.map { candidates.average([$0]) })
  }

  /// The tokens to learn from; `nil` when there are too few.
  private func tokenCount(_ corrections: MapLearner.Corrections) -> Int? {
    let targets = Double(corrections.input.start.rows)
    // The maps are applied once a step, which reads about two thousand tokens.
    let work = [corrections.input, corrections.output].compactMap { $0?.workPerTarget }.reduce(0, +)
    let positions = scoring.probe.learningPositions(work: work * targets / 2000)
    let affordable = min(positions / MapLearner.passes, Self.mostTokens)
    let tokens = options.learningTokens ?? affordable
    return tokens >= (options.learningTokens == nil ? Self.fewestTokens : 1) ? tokens : nil
  }

  /// Texts in the new tokens, other than those that everything is judged by: the user's, if there is one,
  /// and then those that the base writes.
  private func documents(tokens: Int) throws -> [[TokenID]] {
    var documents = try options.calibrationText.flatMap { try choice.ownText($0.learnt) }?.documents ?? []
    var count = documents.reduce(0) { $0 + $1.count }
    var round: UInt64 = 1
    while count < tokens {
      let seed = options.seed &+ round &* 0x9E37_79B9_7F4A_7C15
      let written = try scoring.probe.write(seed: seed) { _ in
        try choice.progress("reading the base model", Double(count) / Double(tokens))
      }
      guard let texts = written?.texts,
        let text = try choice.ownText(OwnText.texts(texts, of: choice.transplant.base))
      else { break }
      for document in text.documents where count < tokens {
        documents.append(document)
        count += document.count
      }
      round += 1
    }
    return documents
  }
}
