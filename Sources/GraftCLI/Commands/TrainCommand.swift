internal import ArgumentParser
internal import Graft

/// `graft train`
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Learn a tokenizer from text.",
    discussion: """
      Byte-pair encodings and WordPiece vocabularies are those that Hugging Face's trainers learn \
      from the same files with the same settings. The text is read as a stream; memory holds its \
      different words only. The result does not depend on --jobs.

      Unigram models are those of SentencePiece: lines are cut by its rules unless --split, --like or \
      --normalizer is given, and a .model can be written, which it loads.

      Examples:
        graft train *.txt --out tokenizer.json --vocab-size 32000
        graft train *.txt --out spiece.model --model unigram --vocab-size 16000
      """)

  @Argument(
    help: """
      The texts, in UTF-8; standard input without any. In files named .jsonl each line is an object \
      with a "text"; in others each line is a text, its newline included.
      """)
  var files: [String] = []

  @Option(
    name: [.customShort("o"), .customLong("out")],
    help: ArgumentHelp(
      "The tokenizer to write; a directory for formats of several files.", valueName: "path"))
  var output: String

  @OptionGroup(title: "What is learned") var model: TrainingOptions

  @OptionGroup(title: "Unigram models") var unigram: UnigramOptions

  @OptionGroup(title: "How texts are cut") var pipeline: PipelineOptions

  @Option(help: "How the files hold texts; without it, what their names say.")
  var input: NamedValue<Corpus.Format>?

  @Option(
    help: ArgumentHelp(
      """
      What the counts of words may take. Beyond it the rarest words are dropped, and their number is \
      reported.
      """, valueName: "size"))
  var memory = ByteSize(bytes: 2 << 30)

  @Option(name: .shortAndLong, help: "The number of threads; by default one per core.")
  var jobs: Int?

  @OptionGroup(title: "How it is written") var writing: TokenizerOutput

  @Flag(help: "Print a report as one JSON object.")
  var json = false

  func validate() throws {
    if let jobs, jobs < 1 { throw ValidationError("--jobs must be at least 1.") }
  }

  func run() throws {
    Interruption.catchSignals()
    let format = try writing.format(output)
    try writing.requireFree(output)
    let start = ContinuousClock.now
    let progress = ProgressBar()
    defer { progress.finish() }
    let outcome = try model.recipe(pipeline, unigram, format: format).train(
      corpus, threadCount: jobs, memoryBudget: memory.bytes, progress: progress.update)
    progress.finish()
    try writing.write(outcome.definition, to: output, source: "the trained tokenizer")
    print(summary(outcome, took: ContinuousClock.now - start))
  }

  private var corpus: Corpus { Corpus(files: files, as: input) }

  private func summary(_ outcome: TrainingRecipe.Outcome, took: Duration) -> String {
    let tokens = TokenizerVocabulary(outcome.definition).ids.count
    let words = outcome.words
    if json {
      return "{\"out\":\(JSONText.string(output)),\"tokens\":\(tokens),\"words\":\(words.count),"
        + "\"droppedWords\":\(words.droppedWords),"
        + "\"droppedOccurrences\":\(words.droppedOccurrences)}"
    }
    let seconds = Double(took.components.seconds) + Double(took.components.attoseconds) / 1e18
    var text =
      "\(output): \(tokens.grouped) tokens, learned from \(words.count.grouped) different words "
      + "in \(seconds.rounded(to: 1)) s"
    if words.droppedWords > 0 {
      text +=
        "\n\(words.droppedWords.grouped) times a rare word was dropped to stay within --memory, "
        + "\(words.droppedOccurrences.grouped) occurrences in all"
    }
    return text
  }
}
