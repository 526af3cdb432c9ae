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

  /// Choices with the rows that their methods make, tuned where nothing forbids it.
  func tuned(_ choices: [MethodChoice.Choice]) throws -> [MethodChoice.Choice] {
    let isAutomatic = works.contains(where: \.isAutomatic)
    guard isAutomatic || options.calibrationText != nil else { return choices }
    var result = choices
    for index in works.indices { result[index].made = try choice.made(index, choices[index]) }
    if isAutomatic { try learn(&result) }
    // A row for both uses cannot be shifted for one of them.
    if works.count == 2, works[1].isAutomatic || options.calibrationText != nil {
      try calibrate(&result)
    }
    return result
  }

  private func calibrate(_ choices: inout [MethodChoice.Choice]) throws {
    let rows = try choice.rows(1, choices[1])
    let read = try scoring.states(try choice.rows(0, choices[0]))
    guard let helpful = LogitCalibration.helpful(scoring, read, rows) else { return }
    choices[1].made = choices[1].made?
      .changed(to: helpful.calibration.applied(to: rows), by: "calibrated")
    choices[1].selection?.calibration = (helpful.before, helpful.after)
  }

  // MARK: Learning

  /// Corrects rows by maps that are learnt from text, unless there is too little of it, or the text that
  /// everything is judged by does not become clearly cheaper.
  private func learn(_ choices: inout [MethodChoice.Choice]) throws {
    let last = works.count - 1
    let (input, output) = try (choice.rows(0, choices[0]), choice.rows(last, choices[last]))
    var corrections = MapLearner.Corrections(input: try correction(0, input))
    if last > 0 { corrections.output = try correction(last, output) }
    guard let tokens = tokenCount(corrections) else { return }
    let learner = MapLearner(
      documents: try documents(tokens: tokens), scoring: scoring,
      learnsInput: works[0].isAutomatic, learnsOutput: works[last].isAutomatic,
      seed: options.seed)
    let learnt = try learner.learn(corrections) { try choice.progress("learning maps", $0) }
    let before = scoring.losses(try scoring.states(input), output)
    let after = scoring.losses(try scoring.states(learnt.inputRows), learnt.outputRows)
    guard Significance.isClear(zip(before, after).map { $0 - $1 }) else { return }
    func mean(_ losses: [Double]) -> Double { losses.reduce(0, +) / Double(losses.count) }
    for index in works.indices where works[index].isAutomatic {
      choices[index].made = choices[index].made?
        .changed(to: index == 0 ? learnt.inputRows : learnt.outputRows, by: "learnt maps")
      choices[index].selection?.learning = (mean(before), mean(after))
    }
  }

  private func correction(_ index: Int, _ start: Matrix) throws -> LinearCorrection {
    let problem = choice.problems[index]
    // Without a donor model, those that need one are left out.
    let names =
      Self.parts + (problem.hypernetwork == nil ? [] : [HypernetworkRows().name])
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
    var documents =
      try options.calibrationText.flatMap { try choice.ownText($0.learnt) }?.documents ?? []
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
