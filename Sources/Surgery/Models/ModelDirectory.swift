public import ByteIO
public import Tensors
public import Tokenization
public import TokenizerFiles

/// A language model on disk: in Hugging Face's layout, a directory with configs, a tokenizer, and
/// safetensors weights; or a GGUF file.
///
/// Opening one reads the configs and the tokenizer and maps the weights; no tensor is loaded.
public struct ModelDirectory: Sendable {
  public let path: String
  /// `config.json`
  public let config: JSON
  /// `generation_config.json`
  public let generationConfig: JSON?
  public let tokenizer: TokenizerDefinition
  public let vocabulary: TokenizerVocabulary
  public let specialTokens: SpecialTokens
  public let checkpoint: Checkpoint
  public let vocabularyTensors: VocabularyTensors
  /// What `config.json` says about them.
  let vocabularyConfig: VocabularyConfig
  /// The file, when the model is one.
  let gguf: GGUFModel?

  /// The names under which a directory can hold parts of its tokenizer.
  private static let tokenizerFileNames: Set<String> = [
    "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
    "vocab.json", "merges.txt", "vocab.txt", "tokenizer.model", "spiece.model",
    "sentencepiece.bpe.model", "tekken.json", "qwen.tiktoken", "chat_template.jinja",
    "chat_template.json", "encoder.json", "vocab.bpe", "sentencepiece.model", "spm.model",
  ]

  /// Whether a file belongs to a tokenizer, `tokenizer.model.v3` and its like included.
  static func isTokenizerFile(_ name: String) -> Bool {
    tokenizerFileNames.contains(name) || name.hasPrefix("tokenizer.model.")
      || name.hasSuffix(".tiktoken") || name.hasPrefix("tekken") && name.hasSuffix(".json")
      || name.contains("tokenizer") && name.contains(".model")
  }

  /// A model in a GGUF file, with a config made from it.
  init(
    path: String, config: JSON, tokenizer: TokenizerDefinition, vocabulary: TokenizerVocabulary,
    specialTokens: SpecialTokens, tensors: VocabularyTensors, gguf: GGUFModel
  ) {
    self.path = path
    self.config = config
    generationConfig = nil
    self.tokenizer = tokenizer
    self.vocabulary = vocabulary
    self.specialTokens = specialTokens
    checkpoint = Checkpoint(withoutWeights: path)
    vocabularyTensors = tensors
    vocabularyConfig = VocabularyConfig(gguf: config)
    self.gguf = gguf
  }

  /// Opens the directory, or the GGUF file, at `path`.
  ///
  /// - Throws: `ModelError` when something that a model has is missing or unknown, `FileError`,
  ///   `JSONError` and `CheckpointError` when a file cannot be read or is not what it should be.
  public init(_ path: String) throws {
    if FileSystem.isFile(path) {
      self = try ModelDirectory(gguf: path)
      return
    }
    guard FileSystem.isDirectory(path) else { throw ModelError(path, .noDirectory) }
    self.path = path
    gguf = nil
    guard FileSystem.isFile(path + "/config.json") else {
      throw ModelError(path, .missingFile("config.json"))
    }
    let config = try JSON(contentsOf: path + "/config.json").expectObject()
    self.config = config
    generationConfig = try Self.optionalJSON(path + "/generation_config.json")
    guard let file = try TokenizerDirectory.namedFile(in: path) else {
      throw ModelError(path, .missingFile("tokenizer.json"))
    }
    tokenizer = try TokenizerDefinition(contentsOf: path + "/" + file)
    vocabulary = TokenizerVocabulary(tokenizer)
    specialTokens = try SpecialTokens(directory: path, config: config, vocabulary: vocabulary)

    vocabularyConfig = try VocabularyConfig(config, directory: path)
    checkpoint = try Checkpoint(path)
    vocabularyTensors = try VocabularyTensors(checkpoint, vocabularyConfig, config)
  }

  /// The file called `name` in the directory.
  public func path(_ name: String) -> String { path + "/" + name }

  /// - Throws: `ModelError` when `destination` is a directory that is or holds the model: what is written
  ///   there would replace it.
  package func requireNotInside(_ destination: String) throws(ModelError) {
    guard let canonical = FileSystem.canonicalPath(destination) else { return }
    let input = FileSystem.canonicalPath(path) ?? path
    if input == canonical || input.hasPrefix(canonical + "/") {
      throw ModelError(destination, .destinationHoldsInput(path))
    }
  }

  /// The `vocab_size` that the config states.
  public var configVocabularySize: Int? { vocabularyConfig.vocabularySize }

  /// Whether the saved class makes logits; a plain `…Model` has only the body.
  static func hasHead(_ config: JSON) -> Bool {
    guard let classes = config["architectures"]?.elements else { return true }
    let names = Array(classes).compactMap(\.string)
    return names.isEmpty || names.contains { !$0.hasSuffix("Model") || $0.hasSuffix("LMHeadModel") }
  }

  private static func optionalJSON(_ path: String) throws -> JSON? {
    FileSystem.isFile(path) ? try JSON(contentsOf: path).expectObject() : nil
  }
}

extension JSON {
  /// Parses the file at `path`.
  init(contentsOf path: String) throws {
    try self.init(parsing: FileSystem.read(path), source: path)
  }
}
