internal import ArgumentParser
internal import Graft

/// `graft merge`
struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Merge frequent neighbours in batches of texts: longer tokens on the fly.",
    discussion: """
      In every batch the most frequent pair of neighbouring tokens becomes one token, again and again (dynamic \
      tokenization, arXiv 2411.18553). Without --output an object per text is printed: tokens by their bytes in GPT-2's \
      alphabet, byte offsets, words, and the ids that each token was merged from. With it a directory is written: these \
      lines, the merges in their order, the curve of reductions as CSV and SVG, statistics by language (the member \
      "language" or "lang" of a line of JSON, or the name of each of several files); and with --model the rows of new \
      tokens and where they belong, for use as inputs_embeds.

      Examples:
        graft merge -t gpt2/ --reduction 50 texts.txt
        graft merge --model llama/ --batch-size 64 --word-level --output merged/ texts.jsonl
      """)

  @OptionGroup var tokenizer: TokenizerOptions

  @Option(
    help: ArgumentHelp(
      "A model directory whose rows new ones are made from; its tokenizer is taken unless -t says another.",
      valueName: "directory"))
  var model: String?

  @Option(
    help: """
      How inputs hold texts: one on every line, objects with "text" (jsonl, or by the name of the file), one per file \
      (text), or several with a NUL byte (nul) or an empty line (blank-line) between.
      """)
  var format: MergeInput.Format?

  @OptionGroup(title: "Merging") var merging: MergingOptions

  @Option(help: ArgumentHelp("Merge so many times in every batch.", valueName: "count"))
  var merges: Int?

  @Option(
    help: ArgumentHelp(
      "Merge until the batch has become shorter by so much of what is possible; 50 unless more is said.",
      valueName: "percent"))
  var reduction: Double?

  @Flag(help: "Merge until nothing is left to merge.")
  var wordLevel = false

  @Flag(inversion: .prefixedNo, help: "Put the tokenizer's special tokens around the texts.")
  var specialTokens = true

  @OptionGroup(title: "Rows") var rows: MergedRowOptions

  @Option(
    name: [.short, .long], help: ArgumentHelp("The directory to write.", valueName: "directory"))
  var output: String?

  @Flag(help: "Replace a directory that exists.")
  var force = false

  @Flag(help: "Print the statistics as one JSON object.")
  var json = false

  @Argument(help: "The inputs; standard input without one.")
  var files: [String] = []

  func validate() throws {
    if [merges != nil, reduction != nil, wordLevel].count(where: { $0 }) > 1 {
      throw ValidationError("only one of --merges, --reduction and --word-level can be meant.")
    }
    if let merges, merges < 0 { throw ValidationError("--merges cannot be negative.") }
    if let reduction, !(0...100).contains(reduction) {
      throw ValidationError("--reduction is a percentage from 0 to 100.")
    }
    if output == nil, model != nil || json {
      throw ValidationError("rows and statistics need a directory: --output.")
    }
    if let output, !force, FileSystem.kind(output) != nil {
      throw ValidationError("\(output) exists; --force replaces it.")
    }
  }

  func run() throws {
    Interruption.catchSignals()
    let directory = try model.map { try ModelDirectory($0) }
    let chosen =
      if let directory, tokenizer.tokenizer == nil {
        try Tokenizer(directory.tokenizer)
      } else {
        try tokenizer.load()
      }
    let merger = try DynamicMerger(chosen, boundary: merging.boundary.value)
    let rows = try directory.map { try self.rows.rows(of: $0) }
    let sink: any MergeSink =
      if let output {
        DirectorySink(
          files: try MergedFiles(
            destination: output, merger, rows: rows, replacing: force))
      } else {
        LineSink(lines: MergedLines(merger))
      }
    var job = MergeJob(
      merger: merger, limit: limit, batchSize: merging.batchSize,
      addsSpecialTokens: specialTokens, sink: sink)
    try MergeInput(files: files, format: format).forEachEntry { try job.add($0) }
    try job.finish()
    if let output {
      print(json ? job.statistics.json : MergeSummary(job.statistics, rows, output: output).text)
    }
    if job.hasFailed { throw ExitCode.failure }
  }

  private var limit: MergeLimit {
    if wordLevel { return .wordLevel }
    return merges.map(MergeLimit.merges) ?? .reduction(reduction ?? 50)
  }
}
