internal import ArgumentParser
internal import Graft

/// `graft eval`
struct EvalCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval",
    abstract: "Measure how well a model predicts a text, in bits per byte.",
    discussion: """
      Every document is scored from its beginning-of-text token (the end-of-text token where a model \
      has no other), which is not scored itself; nor is anything after the text. A document longer \
      than the context is scored in windows of that length that overlap by half, each token in the \
      first window that holds it. The measure does not depend on the tokenizer, so that a model can be \
      compared with itself before it was given another one.

      Examples:
        graft eval model/ --text test.txt --separator blank-line
        graft eval llama-with-qwen-tokens/ --text test.txt --before llama/ --json
        graft eval model/ --text test.txt --dynamic --method first+last
      """)

  @Argument(help: "The model directory.")
  var model: String

  @OptionGroup var texts: DocumentOptions

  @Option(
    help: ArgumentHelp(
      """
      Another model to measure on the same text, as a rule this one before a transplant; and that \
      model on the text as this one's tokenizer cuts it, which is what its rows of new tokens can \
      reach.
      """, valueName: "model"))
  var before: String?

  @Option(
    help: ArgumentHelp(
      """
      The length of a window in tokens; without it, the model's own, but no more than \
      \(TextEvaluator.longestContext).
      """, valueName: "tokens"))
  var context: Int?

  @Option(help: ArgumentHelp("The working memory to stay within.", valueName: "size"))
  var memory = ByteSize(bytes: LanguageModel.defaultMemoryBudget)

  @Option(
    help: ArgumentHelp("The number of threads; without it, that of the cores.", valueName: "n"))
  var jobs: Int?

  @Flag(help: "Print one object.")
  var json = false

  @Flag(
    help: """
      Measure instead how well the model predicts a text after a prompt whose tokens have been merged as `graft merge` \
      merges them: every document is cut into parts of at most a window, the prompt of a part is merged, and what \
      follows is scored in ordinary tokens.
      """)
  var dynamic = false

  @OptionGroup(title: "With --dynamic") var prompts: PromptOptions

  @OptionGroup(title: "With --dynamic, as in graft merge") var merging: MergingOptions

  @OptionGroup(title: "With --dynamic, as in graft merge") var rows: MergedRowOptions

  func validate() throws {
    if dynamic, before != nil { throw ValidationError("--before does not go with --dynamic.") }
    if let context, context < 2 { throw ValidationError("--context must be at least 2.") }
    if let jobs, jobs < 1 { throw ValidationError("--jobs must be at least 1.") }
  }

  func run() throws {
    Interruption.catchSignals()
    ThreadLimit.set(jobs)
    let documents = try texts.documents()
    let progress = ProgressBar()
    defer { progress.finish() }
    let evaluator = try open(model)
    if dynamic {
      let report = try measurePrompts(evaluator, documents, progress)
      progress.finish()
      return print(json ? report.json : report.text)
    }
    let result = try evaluator.evaluate(documents) { try progress.update("measuring", $0) }
    var report = EvaluationReport(model: model, result: result)
    if let before {
      let other = try open(before)
      report.before = (
        before, try other.evaluate(documents) { try progress.update("measuring before", $0) }
      )
      let cuts = TargetCuts(base: other.tokenizer, target: evaluator.tokenizer)
      let cut = try evaluator.tokens(of: documents).map { cuts.tokens(for: $0) }
      report.targetCuts = try other.evaluate(cut, bytes: result.bytes) {
        try progress.update("measuring cuts", $0)
      }
    }
    progress.finish()
    print(json ? report.json : report.text)
  }

  private func measurePrompts(
    _ evaluator: TextEvaluator, _ documents: [[UInt8]], _ progress: ProgressBar
  ) throws -> PromptReport {
    let prompts = try PromptEvaluator(
      evaluator, rows: rows.rows(of: ModelDirectory(model)), documents: documents,
      boundary: merging.boundary.value, batchSize: merging.batchSize, share: prompts.promptShare
    ) { try progress.update("merging", 0) }
    return PromptReport(
      model: model, evaluator: prompts, boundary: merging.boundary.value,
      points: try self.prompts.reductions.percents.map { percent in
        try prompts.measure(.reduction(percent)) {
          try progress.update("measuring at \(percent.rounded(to: 0)) %", $0)
        }
      })
  }

  private func open(_ directory: String) throws -> TextEvaluator {
    var evaluator = try TextEvaluator(directory, context: context)
    evaluator.memoryBudget = memory.bytes
    return evaluator
  }
}
