internal import ArgumentParser
internal import Graft

/// `graft convert`
struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Write a tokenizer in another file format.",
    discussion: """
      Reads every format that -t takes; writes those of --to. What the target cannot say is listed,
      and nothing is written unless --lossy allows the loss.

      Examples:
        graft convert ggml-vocab.gguf tokenizer.model
        graft convert encoder/ tokenizer.json
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case tokenizerJSON = "tokenizer.json"
    case vocabularyAndMerges = "vocab-merges"
    case tiktoken
    case sentencePiece = "sentencepiece"
    case wordPieceVocabulary = "vocab.txt"
  }

  @Argument(help: "The tokenizer: a file of any format, or a directory that holds one.")
  var input: String

  @Argument(help: "The file to write; a directory for formats of several files.")
  var output: String

  @Option(
    help: ArgumentHelp(
      "What the input's format does not carry, as JSON.", valueName: "file"))
  var spec: String?

  @Option(help: "The format; without it, the one that the output's name has.")
  var to: Format?

  @Flag(help: "Write even what loses a part of the tokenizer.")
  var lossy = false

  @Flag(help: "Replace an output that exists.")
  var force = false

  func run() throws {
    let name = FileSystem.lastComponent(output)
    guard
      let format = to.flatMap({ TokenizerFormat(rawValue: $0.rawValue) })
        ?? TokenizerFormat(fileName: name)
    else {
      throw ValidationError("the name `\(name)` does not say which format is meant; add --to")
    }
    let spec = try spec.map { try TokenizerSpec(contentsOf: $0) } ?? TokenizerSpec()
    let definition = try TokenizerDefinition(named: input, spec: spec)
    let conversion = try TokenizerConversion(definition, to: format, source: input)
    try report(conversion.losses, format)
    if conversion.files.count == 1, let file = conversion.files.first {
      try FileSystem.writeAtomically(file.bytes, to: output, replacing: force)
      return
    }
    let directory = try AtomicDirectory(destination: output, replacing: force)
    for file in conversion.files {
      let written = try OutputFile(creating: directory.path(file.name))
      try written.write(file.bytes)
      try written.finish()
    }
    try directory.commit()
  }

  /// Lists what is lost on standard error; without `--lossy` that is the end.
  private func report(_ losses: [String], _ format: TokenizerFormat) throws {
    guard !losses.isEmpty else { return }
    let errors = BufferedWriter.standardError()
    try errors.write("\(format.rawValue) cannot say everything about \(input). Lost:\n")
    for loss in losses { try errors.write("- \(loss)\n") }
    if !lossy { try errors.write("Nothing was written; --lossy writes it nevertheless.\n") }
    try errors.flush()
    if !lossy { throw ExitCode.failure }
  }
}
