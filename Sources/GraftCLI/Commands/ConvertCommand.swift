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
        graft convert graft-32k my-tokenizer/
      """)

  @Argument(help: "The tokenizer: whatever -t takes.")
  var input: String

  @Argument(help: "The file to write; a directory for formats of several files.")
  var output: String

  @Option(
    help: ArgumentHelp(
      "What the input's format does not carry, as JSON.", valueName: "file"))
  var spec: String?

  @Flag(
    help: """
      Let a tokenizer.json find the special tokens of a SentencePiece model in texts, which \
      sentencepiece does not.
      """)
  var matchSpecialTokens = false

  @OptionGroup var writing: TokenizerOutput

  func run() throws {
    _ = try writing.format(output)
    let spec = try spec.map { try TokenizerSpec(contentsOf: $0) } ?? TokenizerSpec()
    var definition = try TokenizerOptions.definition(named: input, spec: spec)
    if matchSpecialTokens, case .sentencePiece = definition.model {
      definition.addedTokenPolicy = .alwaysMatchedWithStatedIDs
    }
    try writing.write(definition, to: output, source: input)
  }
}
