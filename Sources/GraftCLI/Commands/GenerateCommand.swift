internal import ArgumentParser
internal import Graft

/// `graft generate`
struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Let a model go on with a text.",
    discussion: """
      Without further options the most probable token is taken each time. Where an index of the output rows \
      stands beside the weights (`graft vocab index`), only the rows nearest to the model's state are \
      compared, exactly; --exact looks at all of them.

      Examples:
        graft generate model/ --prompt 'In the beginning' --limit 40
        graft generate large/ --prompt 'Now' --temperature 0.8 --top-k 10 --min-p 0.1 --seed 7
      """)

  @Argument(help: "The model directory.")
  var model: String

  @Option(
    help: ArgumentHelp("The text to go on with; standard input without it.", valueName: "text"))
  var prompt: String?

  @Option(help: ArgumentHelp("How many tokens are made at most.", valueName: "n"))
  var limit = 100

  @OptionGroup var rules: GenerationOptions

  @OptionGroup var search: SearchOptions

  @Option(help: ArgumentHelp("How many rows near to the state are compared.", valueName: "n"))
  var candidates = 20

  @Flag(help: "Print one object with text and ids.")
  var json = false

  func validate() throws {
    if limit < 0 { throw ValidationError("--limit must not be negative.") }
    if candidates < 1 { throw ValidationError("--candidates must be at least 1.") }
  }

  func run() throws {
    Interruption.catchSignals()
    let opened = try TextEvaluator(model)
    let directory = try ModelDirectory(model)
    var generator = TextGenerator(
      opened.model, source: try source(directory, opened.model), ends: directory.endTokens)
    generator.rules = rules.rules
    generator.seed = rules.seed
    let text = try prompt.map { Array($0.utf8) } ?? LineReader(nil).rest()
    let read = try [opened.start] + opened.tokenizer.ids(ofUTF8: text, addSpecialTokens: false)
    var decoding = opened.tokenizer.makeDecodeStream(skipSpecialTokens: true)
    var made = ""
    let output = BufferedWriter.standardOutput()
    func show(_ text: String) throws {
      made += text
      if json { return }
      try output.write(text)
      try output.flush()
    }
    let tokens = try generator.tokens(after: read, limit: limit) { token in
      try Interruption.check()
      try show(decoding.append(token))
    }
    try show(decoding.finish())
    if !json { return print() }
    print(
      "{\"text\":\(JSONText.string(made)),\"ids\":\(JSONText.list(tokens.map(String.init)))}")
  }

  /// The tokens that may come next: those of an index, or all.
  private func source(
    _ directory: ModelDirectory, _ model: LanguageModel
  ) throws -> any CandidateSource {
    let source = RowOptions.Source(
      rows: directory.rows(.output), model: directory, indexPath: directory.indexPath(.output))
    let search = try search.search(source)
    guard search is NearestNeighborIndex else { return AllTokens(model) }
    return IndexedTokens(model, search: search, count: candidates)
  }
}
