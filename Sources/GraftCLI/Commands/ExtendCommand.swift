internal import ArgumentParser
internal import Graft

/// `graft extend`
struct ExtendCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "extend",
    abstract: "Add tokens to a model's vocabulary.",
    discussion: """
      The new tokens are those of a list, or learned from a corpus. Every token keeps its id and every \
      row its bits; texts in which no new token stands are cut as before. A model with merges gets \
      merges that make the new tokens, after all others; what is made on the way becomes a token too.

      With --tokens-of the new vocabulary is the union of two, which both models can share: `graft \
      transplant other/ union/ other-on-union/` gives it to the second one.

      Examples:
        graft extend model/ medical/ --tokens terms.txt
        graft extend model/ german/ --corpus german.txt --add 4000
        graft extend model/ union/ --tokens-of other/
      """)

  @Argument(help: "The model directory.")
  var model: String

  @Argument(help: "The model directory to be made.")
  var out: String

  @Option(
    help: ArgumentHelp("Texts that become tokens, one on a line.", valueName: "file"))
  var tokens: String?

  @Flag(
    help: """
      Take the tokens of the list out of texts before the model sees them, wherever they stand.
      """)
  var asAdded = false

  @Option(
    help: ArgumentHelp(
      """
      A model or tokenizer all of whose tokens are added, with its merges: two byte-pair encodings that \
      cut texts into words alike.
      """, valueName: "tokenizer"))
  var tokensOf: String?

  @OptionGroup var corpus: CorpusOptions

  @Option(help: ArgumentHelp("How many tokens to learn from the corpus.", valueName: "n"))
  var add: Int?

  @Option(help: "How rows are made: auto, or a method that needs no donor.")
  var method: String?

  @Option(help: ArgumentHelp("The memory to stay within.", valueName: "size"))
  var memory = ByteSize(bytes: 8 << 30)

  @OptionGroup var output: ModelOutputOptions

  func validate() throws {
    if [tokens != nil, tokensOf != nil, corpus.given != nil].count(where: { $0 }) != 1 {
      throw ValidationError("Give one of --tokens, --tokens-of, and --corpus with --add.")
    }
    if (corpus.given == nil) != (add == nil) {
      throw ValidationError("--corpus and --add go together.")
    }
    if asAdded && tokens == nil { throw ValidationError("--as-added goes with --tokens.") }
    if let add, add < 1 { throw ValidationError("--add must be at least 1.") }
  }

  func run() throws {
    try output.write(out) { progress in try transplant(progress) }
  }

  private func transplant(_ progress: ProgressBar) throws -> Transplant {
    let base = try ModelDirectory(model)
    var options = TransplantOptions(
      method: try method.flatMap {
        $0 == "auto" ? nil : try MethodNotation.method($0, memoryBudget: memory.bytes)
      })
    options.memoryBudget = memory.bytes
    return try Transplant(
      base: base, target: TransplantTarget(derived(base, progress), of: base),
      options: output.options(options))
  }

  private func derived(
    _ base: ModelDirectory, _ progress: ProgressBar
  ) throws -> DerivedVocabulary {
    if let tokensOf {
      let other = try TokenizerDefinition(contentsOf: TokenizerLocation.find(tokensOf))
      return try DerivedVocabulary(uniting: base, with: other)
    }
    if let tokens {
      return try DerivedVocabulary(extending: base, with: lines(of: tokens), asAdded: asAdded)
    }
    let continuation = try BPEContinuation(
      base.tokenizer, vocabularySize: base.vocabulary.ids.count + (add ?? 0))
    let recipe = TrainingRecipe(
      .continuedBPE(continuation), pipeline: TrainingPipeline(of: base.tokenizer))
    let outcome = try recipe.train(
      corpus.given ?? Corpus(files: []), memoryBudget: memory.bytes, progress: progress.update)
    return try DerivedVocabulary(extending: base, to: outcome.definition)
  }

  private func lines(of file: String) throws -> [String] {
    let lines = try LineReader(file)
    var result: [String] = []
    while let line = try lines.next() { result.append(String(decoding: line, as: UTF8.self)) }
    return result
  }
}
