internal import ArgumentParser
internal import Graft

/// `graft vocab grow`
struct VocabGrowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "grow",
    abstract:
      "Give a model a vocabulary of up to millions of tokens, which are matched longest first.",
    discussion: """
      Every token keeps its id and its row. New ones are learned from a corpus by going on with byte-pair \
      encoding; a text is then cut by taking the longest token again and again. The result is a model \
      directory as any other, with a tokenizer.json of the kind WordPiece, which transformers loads too.

      With so many tokens, looking at all logits is most of a step: `graft vocab index` builds what `graft \
      generate` finds the most probable ones by.

      Examples:
        graft vocab grow model/ large/ --corpus texts.jsonl --size 1000000
        graft vocab grow model/ large/ --corpus *.txt --size 200000 --input-method last --match text
      """)

  @Argument(help: "The model directory, with a byte-level byte-pair encoding.")
  var model: String

  @Argument(help: "The model directory to be made.")
  var out: String

  @OptionGroup var corpus: CorpusOptions

  @Option(
    help: ArgumentHelp("How many tokens there are to be, the model's own included.", valueName: "n")
  )
  var size = 1_000_000

  @Option(
    help:
      "Look for the longest token within words, as the tokenizer cuts them, or in the whole text.")
  var match = NamedValue(LargeVocabulary.Matching.words)

  @Option(help: ArgumentHelp("How often a pair must occur to become a token.", valueName: "n"))
  var minFrequency = 2

  @Option(help: "How rows are made: a method that needs no donor.")
  var method = "fvt"

  @Option(help: "The same for input rows alone.")
  var inputMethod: String?

  @Option(help: ArgumentHelp("The memory for the counts of words.", valueName: "size"))
  var memory = ByteSize(bytes: 2 << 30)

  @Flag(help: "Replace OUT if it exists.")
  var force = false

  @Flag(help: "Print the report as one JSON object.")
  var json = false

  func validate() throws {
    if corpus.given == nil { throw ValidationError("--corpus is needed: texts to learn from.") }
    if size < 1 { throw ValidationError("--size must be at least 1.") }
    if minFrequency < 1 { throw ValidationError("--min-frequency must be at least 1.") }
  }

  func run() throws {
    Interruption.catchSignals()
    if !force && FileSystem.kind(out) != nil {
      throw ValidationError("\(out) exists; --force replaces it.")
    }
    let start = ContinuousClock.now
    let progress = ProgressBar()
    defer { progress.finish() }
    let base = try ModelDirectory(model)
    let output = try MethodNotation.method(method)
    let input = try inputMethod.map { try MethodNotation.method($0) } ?? output
    var settings = LargeVocabulary.Settings()
    (settings.size, settings.matching) = (size, match.value)
    (settings.minimumFrequency, settings.memoryBudget) = (minFrequency, memory.bytes)
    let vocabulary = try LargeVocabulary(
      growing: base.tokenizer, corpus: corpus.given ?? Corpus(files: []), settings: settings,
      progress: progress.update)
    let grown = try GrownModel(
      base, with: vocabulary, inputMethod: input, outputMethod: output)
    try grown.write(to: out, replacing: force, progress: progress.update)
    progress.finish()
    report(grown, seconds: (ContinuousClock.now - start) / .seconds(1))
  }

  private func report(_ grown: GrownModel, seconds: Double) {
    let (old, new) = (grown.base.vocabulary.ids.count, grown.newTokens.count)
    if json {
      print(
        "{\"directory\":\(JSONText.string(out)),\"tokens\":\(old + new),\"new\":\(new),"
          + "\"rows\":\(grown.rowCount),\"seconds\":\(seconds.rounded(to: 2))}")
      return
    }
    print(
      "\(out): \((old + new).grouped) tokens, \(new.grouped) of them new, "
        + "\(seconds.rounded(to: 1)) s")
    if old + new < size {
      print("The corpus has no more pairs that occur \(minFrequency) times.")
    }
  }
}
