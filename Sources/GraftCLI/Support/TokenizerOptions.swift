internal import ArgumentParser
internal import Graft

/// The options that choose a tokenizer.
struct TokenizerOptions: ParsableArguments {
  @Option(
    name: [.customShort("t"), .customLong("tokenizer")],
    help: ArgumentHelp(
      """
      A tokenizer file of any format, a directory that holds one, the name of a vocabulary that \
      ships with graft, a Hub id in the local Hugging Face cache, bytes, byt5, or words: and a rule \
      (hat, unicode, learn-your-tokens) or a tokenizer. Without it, the \
      vocabulary \(ShippedVocabularies.defaultName), which ships with graft.
      """, valueName: "tokenizer"))
  var tokenizer: String?

  @Option(
    help: ArgumentHelp(
      "What the tokenizer's format does not carry, as JSON; a tokenizer.json carries everything.",
      valueName: "file"))
  var spec: String?

  /// Opens the tokenizer.
  func load() throws -> Tokenizer {
    try Self.load(definition(), source: tokenizer ?? ShippedVocabularies.defaultPath())
  }

  /// Opens the tokenizer that a person names.
  static func load(named name: String) throws -> Tokenizer {
    try load(definition(named: name), source: name)
  }

  private static func load(_ definition: TokenizerDefinition, source: String) throws -> Tokenizer {
    do throws(TokenizerError) {
      return try Tokenizer(definition)
    } catch {
      throw TokenizerFileError(source: source, message: error.description)
    }
  }

  /// Reads the definition of the tokenizer that a person names.
  static func definition(
    named name: String, spec: TokenizerSpec = TokenizerSpec()
  ) throws -> TokenizerDefinition {
    try TokenizerDefinition(named: name, spec: spec, warn: warn)
  }

  /// Says on standard error what was assumed of a tokenizer.
  private static func warn(_ assumption: String) {
    let errors = BufferedWriter.standardError()
    // A warning that cannot be printed is no reason to stop.
    try? errors.write("graft: \(assumption)\n")
    try? errors.flush()
  }

  /// Reads the tokenizer's definition.
  func definition() throws -> TokenizerDefinition {
    let spec = try spec.map { try TokenizerSpec(contentsOf: $0) } ?? TokenizerSpec()
    if let tokenizer { return try Self.definition(named: tokenizer, spec: spec) }
    let path = try ShippedVocabularies.defaultPath()
    return try TokenizerDefinition(contentsOf: path, spec: spec, warn: Self.warn)
  }
}
