internal import ArgumentParser
internal import Graft

/// The options that choose a tokenizer.
struct TokenizerOptions: ParsableArguments {
  @Option(
    name: [.customShort("t"), .customLong("tokenizer")],
    help: ArgumentHelp("A tokenizer.json or a model directory.", valueName: "tokenizer"))
  var tokenizer: String

  @Option(
    help: ArgumentHelp(
      "What the tokenizer's format does not carry, as JSON; a tokenizer.json carries everything.",
      valueName: "file"))
  var spec: String?

  /// Opens the tokenizer.
  func load() throws -> Tokenizer { try Tokenizer(contentsOf: tokenizer) }
}
