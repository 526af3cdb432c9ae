internal import ArgumentParser
internal import Graft

/// `graft prune`
struct PruneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune",
    abstract: "Drop tokens that are not needed from a model's vocabulary.",
    discussion: """
      Keeps the tokens that a corpus uses, those of a list, or as many as asked for, with all that they \
      are made from; special tokens and the tokens of single bytes remain in any case. Texts of which \
      every token is kept are cut as before, and the model gives the same logits for them. Ids are \
      numbered anew in all files.

      Examples:
        graft prune llama/ llama-german/ --corpus german.txt --min-count 5
        graft prune model/ small/ --corpus texts.jsonl --size 32000 --restorable
      """)

  @Argument(help: "The model directory.")
  var model: String

  @Argument(help: "The model directory to be made.")
  var out: String

  @OptionGroup var corpus: CorpusOptions

  @Option(help: ArgumentHelp("How often a token must occur in the corpus.", valueName: "n"))
  var minCount = 1

  @Option(
    help: ArgumentHelp(
      "Tokens to keep in any case, one on a line: as the vocabulary spells them, or their text.",
      valueName: "file"))
  var keep: String?

  @Option(
    help: ArgumentHelp(
      """
      The number of tokens to keep at most: the most frequent of the corpus, or the first of the \
      vocabulary without one.
      """, valueName: "n"))
  var size: Int?

  @OptionGroup var output: ModelOutputOptions

  func validate() throws {
    if corpus.given == nil, keep == nil, size == nil {
      throw ValidationError("Say what to keep: --corpus, --keep or --size.")
    }
    if minCount < 1 { throw ValidationError("--min-count must be at least 1.") }
  }

  func run() throws {
    try output.write(out) { progress in try transplant(progress) }
  }

  private func transplant(_ progress: ProgressBar) throws -> Transplant {
    let base = try ModelDirectory(model)
    var request = PruningRequest()
    request.minimumCount = minCount
    request.size = size
    if let corpus = corpus.given {
      request.usage = try corpus.tokenUsage(Tokenizer(base.tokenizer), progress: progress.update)
    }
    if let keep { request.tokens = try tokens(listedIn: keep, base) }
    let derived = try DerivedVocabulary(pruning: base, request)
    return try Transplant(
      base: base, target: TransplantTarget(derived, of: base),
      options: output.options(TransplantOptions(method: ConstantRows.mean)))
  }

  private func tokens(listedIn file: String, _ base: ModelDirectory) throws -> [TokenID] {
    let names = TokenNames(base)
    let lines = try LineReader(file)
    var ids: [TokenID] = []
    while let line = try lines.next() {
      let name = String(decoding: line, as: UTF8.self)
      guard !name.isEmpty else { continue }
      let found = names.ids(name)
      guard !found.isEmpty else { throw DerivationError.unknownToken(name) }
      ids += found
    }
    return ids
  }
}
