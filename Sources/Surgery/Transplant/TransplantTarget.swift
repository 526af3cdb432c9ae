internal import ByteIO
public import Tokenization
public import TokenizerFiles

/// What a transplant gives to a model: a tokenizer, with or without the model that was trained with it.
public struct TransplantTarget: Sendable {
  /// Where it was read from.
  public let path: String
  public let definition: TokenizerDefinition
  public let vocabulary: TokenizerVocabulary
  public let specialTokens: SpecialTokens
  /// How the vocabulary came from that of the base, when it did.
  let derived: DerivedVocabulary?
  /// The model that the tokenizer belongs to; `nil` for a tokenizer alone.
  public let model: ModelDirectory?
  /// The files that make up the tokenizer.
  let files: Files

  enum Files: Sendable {
    /// Copied byte for byte: directory and names.
    case copied(directory: String, names: [String])
    /// Made from the definition.
    case written([(name: String, bytes: [UInt8])])
    /// Made from the definition when they are needed: the model is a GGUF file.
    case converted
  }

  /// A donor model with its tokenizer.
  public init(model: ModelDirectory) {
    path = model.path
    definition = model.tokenizer
    vocabulary = model.vocabulary
    specialTokens = model.specialTokens
    self.model = model
    derived = nil
    files =
      model.gguf == nil
      ? .copied(directory: model.path, names: model.tokenizerFiles) : .converted
  }

  /// A tokenizer alone, in a file of any format or a directory.
  ///
  /// A `tokenizer.json` and the files beside it that belong to a tokenizer are taken over byte for
  /// byte; any other format is converted to one.
  ///
  /// - Throws: `FileError`, `JSONError` or `TokenizerFileError` when it cannot be read, or has no form
  ///   that transformers loads.
  public init(tokenizer path: String, spec: TokenizerSpec = TokenizerSpec()) throws {
    self.path = path
    definition = try TokenizerDefinition(contentsOf: path, spec: spec)
    vocabulary = TokenizerVocabulary(definition)
    let isDirectory = FileSystem.isDirectory(path)
    let directory = isDirectory ? path : FileSystem.parent(path)
    var configs: [JSON] = []
    if isDirectory || FileSystem.lastComponent(path) == "tokenizer.json",
      FileSystem.isFile(directory + "/tokenizer.json")
    {
      let names = try FileSystem.names(inDirectory: directory).filter {
        ModelDirectory.isTokenizerFile($0) && FileSystem.isFile(directory + "/" + $0)
      }
      files = .copied(directory: directory, names: names)
      configs = try ["tokenizer_config.json", "special_tokens_map.json"]
        .filter { names.contains($0) }
        .map { try JSON(contentsOf: directory + "/" + $0).expectObject() }
    } else {
      files = .written(
        try TokenizerConversion(definition, to: .tokenizerJSON, source: path).files)
    }
    specialTokens = SpecialTokens(
      tokenizerFiles: configs, config: try JSON(parsing: Array("{}".utf8), source: path),
      vocabulary: vocabulary)
    model = nil
    derived = nil
  }

  /// A vocabulary that was made from that of a model, in the format of the model's own.
  ///
  /// - Throws: `DerivationError` when the format cannot say what the tokenizer is, `FileError` or
  ///   `JSONError` when a file of the model's tokenizer cannot be read.
  public init(_ derived: DerivedVocabulary, of base: ModelDirectory) throws {
    path = base.path
    definition = derived.definition
    vocabulary = TokenizerVocabulary(definition)
    specialTokens = base.specialTokens.mapped { derived.newIDs[$0] }
    self.derived = derived
    model = nil
    files = .written(try Self.files(derived, of: base))
  }

  /// The tokenizer, and the files beside it that say more than the vocabulary. What else the model's
  /// tokenizer came in would still have the old ids.
  private static func files(
    _ derived: DerivedVocabulary, of base: ModelDirectory
  ) throws -> [(name: String, bytes: [UInt8])] {
    var (format, name) = (TokenizerFormat.tokenizerJSON, "tokenizer.json")
    if case .sentencePiece = derived.definition.model,
      let own = try TokenizerDirectory.namedFile(in: base.path)
    {
      (format, name) = (.sentencePiece, own)
    }
    let conversion = try TokenizerConversion(derived.definition, to: format, source: base.path)
    guard conversion.losses.isEmpty else { throw DerivationError.unwritable(conversion.losses) }
    var files = conversion.files.map { (name: name, bytes: $0.bytes) }
    for other in base.tokenizerFiles {
      let path = base.path(other)
      switch other {
      case "tokenizer_config.json":
        files.append((other, derived.tokenizerConfig(try JSON(contentsOf: path).expectObject())))
      case "special_tokens_map.json", "chat_template.jinja", "chat_template.json":
        files.append((other, try FileSystem.read(path)))
      default: break
      }
    }
    return files
  }
}
