internal import ArgumentParser
internal import Graft

/// `graft convert`
struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Write a tokenizer in another file format.",
    discussion: """
      Reads every format that -t takes; writes those of --to. What the target cannot say is listed,
      and nothing is written unless --lossy allows the loss. An output whose name ends with a slash
      becomes a directory that transformers' AutoTokenizer opens.

      Examples:
        graft convert ggml-vocab.gguf tokenizer.model
        graft convert -t encoder/ --out my-tokenizer/
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case tokenizerJSON = "tokenizer.json"
    case vocabularyAndMerges = "vocab-merges"
    case tiktoken
    case tekken
    case sentencePiece = "sentencepiece"
    case wordPieceVocabulary = "vocab.txt"
    case gguf
    case modelDirectory = "directory"
  }

  @Argument(help: "The tokenizer, then the file to write; a directory for several files.")
  var paths: [String] = []

  @Option(
    name: [.customShort("t"), .customLong("tokenizer")],
    help: ArgumentHelp("The tokenizer, as an option.", valueName: "tokenizer"))
  var tokenizer: String?

  @Option(help: ArgumentHelp("The output, as an option.", valueName: "path"))
  var out: String?

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

  func validate() throws {
    let given = paths.count + [tokenizer, out].compactMap(\.self).count
    guard given == 2 else { throw ValidationError("a tokenizer and one output are needed") }
  }

  func run() throws {
    let input = tokenizer ?? paths[0]
    let output = out ?? paths[paths.count - 1]
    let isDirectory = output.hasSuffix("/")
    let name = isDirectory ? "/" : FileSystem.lastComponent(output)
    guard
      let format = to.flatMap({ TokenizerFormat(rawValue: $0.rawValue) })
        ?? TokenizerFormat(fileName: name)
    else {
      throw ValidationError("the name `\(name)` does not say which format is meant; add --to")
    }
    let spec = try spec.map { try TokenizerSpec(contentsOf: $0) } ?? TokenizerSpec()
    let definition = try TokenizerDefinition(
      contentsOf: TokenizerLocation.find(input), spec: spec, warn: TokenizerOptions.warn)
    let conversion = try TokenizerConversion(definition, to: format, source: input)
    try report(conversion.losses, format, input)
    if conversion.files.count == 1, let file = conversion.files.first, !isDirectory {
      try FileSystem.writeAtomically(file.bytes, to: output, replacing: force)
      return
    }
    let directory = try AtomicDirectory(
      destination: isDirectory ? String(output.dropLast()) : output, replacing: force)
    for file in conversion.files {
      let written = try OutputFile(creating: directory.path(file.name))
      try written.write(file.bytes)
      try written.finish()
    }
    try directory.commit()
  }

  /// Lists what is lost on standard error; without `--lossy` that is the end.
  private func report(_ losses: [String], _ format: TokenizerFormat, _ input: String) throws {
    guard !losses.isEmpty else { return }
    let errors = BufferedWriter.standardError()
    try errors.write("\(format.rawValue) cannot say everything about \(input). Lost:\n")
    for loss in losses { try errors.write("- \(loss)\n") }
    if !lossy { try errors.write("Nothing was written; --lossy writes it nevertheless.\n") }
    try errors.flush()
    if !lossy { throw ExitCode.failure }
  }
}
