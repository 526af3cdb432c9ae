internal import ArgumentParser
internal import Graft

/// The options that say how a tokenizer is written.
struct TokenizerOutput: ParsableArguments {
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

  @Option(help: "The format; without it, the one that the output's name has.")
  var to: Format?

  @Flag(help: "Write even what loses a part of the tokenizer.")
  var lossy = false

  @Flag(help: "Replace an output that exists.")
  var force = false

  /// The format for an output of that name.
  func format(_ output: String) throws -> TokenizerFormat {
    let name = isDirectory(output) ? "/" : FileSystem.lastComponent(output)
    guard
      let format = to.flatMap({ TokenizerFormat(rawValue: $0.rawValue) })
        ?? TokenizerFormat(fileName: name)
    else {
      throw ValidationError("the name `\(name)` does not say which format is meant; add --to")
    }
    return format
  }

  /// Whether the output's name asks for a directory.
  private func isDirectory(_ output: String) -> Bool { output.hasSuffix("/") }

  /// Refuses to begin work that could not be written.
  func requireFree(_ output: String) throws {
    if !force && FileSystem.kind(output) != nil {
      throw ValidationError("\(output) exists; --force replaces it.")
    }
  }

  /// Writes a tokenizer. What is lost is listed on standard error; without `--lossy` that is the end.
  ///
  /// - Parameter source: the name of the tokenizer, for messages.
  func write(_ definition: TokenizerDefinition, to output: String, source: String) throws {
    let format = try format(output)
    let conversion = try TokenizerConversion(definition, to: format, source: source)
    try report(conversion.losses, format, source)
    if conversion.files.count == 1, let file = conversion.files.first, !isDirectory(output) {
      try FileSystem.writeAtomically(file.bytes, to: output, replacing: force)
      return
    }
    let directory = try AtomicDirectory(
      destination: isDirectory(output) ? String(output.dropLast()) : output, replacing: force)
    for file in conversion.files {
      let written = try OutputFile(creating: directory.path(file.name))
      try written.write(file.bytes)
      try written.finish()
    }
    try directory.commit()
  }

  private func report(_ losses: [String], _ format: TokenizerFormat, _ source: String) throws {
    guard !losses.isEmpty else { return }
    let errors = BufferedWriter.standardError()
    try errors.write("\(format.rawValue) cannot say everything about \(source). Lost:\n")
    for loss in losses { try errors.write("- \(loss)\n") }
    if !lossy { try errors.write("Nothing was written; --lossy writes it nevertheless.\n") }
    try errors.flush()
    if !lossy { throw ExitCode.failure }
  }
}
