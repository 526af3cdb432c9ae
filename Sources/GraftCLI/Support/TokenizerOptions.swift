internal import ArgumentParser
internal import Graft

/// The options that choose a tokenizer.
struct TokenizerOptions: ParsableArguments {
  @Option(
    name: [.customShort("t"), .customLong("tokenizer")],
    help: ArgumentHelp(
      """
      A tokenizer file of any format, a directory that holds one, the name of a vocabulary that \
      ships with graft, a Hub id in the local Hugging Face cache, or bytes or byt5.
      """, valueName: "tokenizer"))
  var tokenizer: String

  @Option(
    help: ArgumentHelp(
      "What the tokenizer's format does not carry, as JSON; a tokenizer.json carries everything.",
      valueName: "file"))
  var spec: String?

  /// Opens the tokenizer.
  func load() throws -> Tokenizer { try Tokenizer(definition()) }

  /// Reads the tokenizer's definition.
  func definition() throws -> TokenizerDefinition {
    let spec = try spec.map { try TokenizerSpec(contentsOf: $0) } ?? TokenizerSpec()
    return try TokenizerDefinition(named: tokenizer, spec: spec)
  }
}
