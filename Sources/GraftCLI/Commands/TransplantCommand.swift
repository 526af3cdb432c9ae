internal import ArgumentParser
internal import Graft

/// `graft transplant`
struct TransplantCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "transplant",
    abstract: "Give a model another model's tokenizer, without training.",
    discussion: """
      Writes a model directory with the body of BASE and the tokenizer of DONOR. Rows of tokens that \
      both have are kept bit for bit; the others are rebuilt by Orthogonal Matching Pursuit. The new \
      directory appears complete or not at all; its graft.json says where every row came from.

      Examples:
        graft transplant llama-3.2-1b/ qwen2.5-0.5b/ llama-with-qwen-tokens/
        graft transplant base/ donor/ out/ --k 16 --pad-to 64 --dry-run
      """)

  enum Selection: String, ExpressibleByArgument, CaseIterable {
    case normalized, mergekit
  }

  @Argument(help: "The model directory that gives the body.")
  var base: String

  @Argument(help: "The model directory that gives the tokenizer.")
  var donor: String

  @Argument(help: "The model directory to be made.")
  var out: String

  @Option(
    name: [.customShort("k"), .customLong("k")],
    help: "The number of shared tokens that a rebuilt row is made of.")
  var sparsity = 8

  @Option(
    help: """
      How those tokens are chosen: by the angle to what is left to explain (normalized), or by the \
      dot product as mergekit-tokensurgeon does (mergekit).
      """)
  var selection = Selection.normalized

  @Option(
    name: .customLong("held-out"),
    help: ArgumentHelp(
      "How many shared tokens to rebuild for comparison with their real rows.", valueName: "n"))
  var heldOutCount = 256

  @Option(help: ArgumentHelp("The working memory to stay within.", valueName: "size"))
  var memory = ByteSize(bytes: 4 << 30)

  @Option(
    help: ArgumentHelp(
      "Pad the number of rows to a multiple; without this it is the donor's, padding included.",
      valueName: "n"))
  var padTo: Int?

  @Option(
    name: .customLong("vocab-size"),
    help: ArgumentHelp("Make exactly this many rows.", valueName: "n"))
  var vocabularySize: Int?

  @Flag(help: "Print the report and write nothing.")
  var dryRun = false

  @Flag(help: "Replace OUT if it exists.")
  var force = false

  @Flag(help: "Print the report as one JSON object.")
  var json = false

  func validate() throws {
    if sparsity < 1 { throw ValidationError("-k must be at least 1.") }
    if heldOutCount < 0 { throw ValidationError("--held-out must be at least 0.") }
    if let padTo, padTo < 1 { throw ValidationError("--pad-to must be at least 1.") }
    if padTo != nil && vocabularySize != nil {
      throw ValidationError("--pad-to and --vocab-size exclude each other.")
    }
  }

  func run() throws {
    Interruption.catchSignals()
    if !dryRun && !force && FileSystem.kind(out) != nil {
      throw ValidationError("\(out) exists; --force replaces it.")
    }
    let start = ContinuousClock.now
    let progress = ProgressBar()
    defer { progress.finish() }
    let transplant = try Transplant(
      base: ModelDirectory(base), donor: ModelDirectory(donor), options: options)
    let report =
      dryRun
      ? try transplant.dryRun(progress: progress.update)
      : try transplant.write(to: out, progress: progress.update)
    progress.finish()
    print(json ? report.json : TransplantSummary(report, took: ContinuousClock.now - start).text)
  }

  private var options: TransplantOptions {
    let pursuit = OrthogonalMatchingPursuit.Options(
      sparsity: sparsity, selection: selection == .mergekit ? .mergekit : .normalized,
      memoryBudget: memory.bytes)
    var options = TransplantOptions(method: SparseTransplant(pursuit))
    options.heldOutCount = heldOutCount
    if let padTo { options.rowCount = .multiple(of: padTo) }
    if let vocabularySize { options.rowCount = .exactly(vocabularySize) }
    options.replacesExisting = force
    return options
  }
}
