internal import ByteIO
internal import Tokenization

/// A tokenizer file that is about to be read.
struct TokenizerFile {
  private let path: String
  private let file: MappedFile

  /// - Throws: `FileError` when the file cannot be opened.
  init(_ path: String) throws(FileError) {
    self.path = path
    file = try MappedFile(path)
  }

  /// Reads the definition.
  ///
  /// - Throws: `FileError`, `JSONError` or `TokenizerFileError`.
  func definition(
    _ spec: TokenizerSpec, warn: (String) -> Void
  ) throws -> TokenizerDefinition {
    if GGUFReader.isGGUF(file.bytes) {
      // The tensors of a whole model may follow; only the head is touched.
      return try withExtendedLifetime(file) {
        try GGUFVocabulary.read(file.bytes, source: path, spec: spec)
      }
    }
    let bytes = try Self.uncompressed(file.withBytes { Array($0) }, path)
    if bytes.withUnsafeBytes(GGUFReader.isGGUF) {
      return try bytes.withUnsafeBytes { try GGUFVocabulary.read($0, source: path, spec: spec) }
    }
    switch try FileContent.recognise(bytes, source: path) {
    case .tokenizerJSON(let json): return try TokenizerJSON.read(json)
    case .tekken(let json): return try TekkenFile.read(json)
    case .tiktoken: return try TiktokenFile.read(bytes, source: path, spec: spec, warn: warn)
    case .sentencePiece:
      var definition = TokenizerDefinition(try SentencePieceFile.read(bytes, source: path))
      try TokenizerConfig(directory: directory).frame(&definition)
      return definition
    case .wordPieceVocabulary:
      return try Self.wordPieceDefinition(
        bytes, TokenizerConfig(directory: directory), spec, source: path)
    case .clipMerges: return try clipDefinition(bytes, spec)
    case .vocabulary(let json): return try bytePairDefinition(vocabulary: json, spec)
    case .merges: return try bytePairDefinition(merges: bytes, spec)
    }
  }

  private static func uncompressed(_ bytes: [UInt8], _ path: String) throws(TokenizerFileError)
    -> [UInt8]
  {
    Gzip.isCompressed(bytes) ? try Gzip.decompress(bytes, source: path) : bytes
  }

  private var directory: String { FileSystem.parent(path) }

  private static func read(_ path: String) throws -> [UInt8] {
    try uncompressed(FileSystem.read(path), path)
  }

  // MARK: WordPiece

  /// A `vocab.txt` with what the files beside it say.
  static func wordPieceDefinition(
    _ bytes: [UInt8], _ config: TokenizerConfig, _ spec: TokenizerSpec = TokenizerSpec(),
    source: String
  ) throws -> TokenizerDefinition {
    let vocabulary = try VocabularyText.read(bytes, source: source)
    var definition = BERTPipeline.definition(
      vocabulary, lowercases: spec.lowercases ?? config.lowercases)
    let added = config.addedTokens(beside: vocabulary)
    if !added.isEmpty { definition.addedTokens = added }
    try spec.applyPipeline(to: &definition)
    return definition
  }

  // MARK: Byte-pair encoding

  /// A `vocab.json` with the merges beside it.
  private func bytePairDefinition(
    vocabulary json: JSON, _ spec: TokenizerSpec
  ) throws -> TokenizerDefinition {
    let names = [spec.mergesFile, "merges.txt", "vocab.bpe"].compactMap(\.self)
    guard let merges = try TokenizerDirectory.Companion.of(path, named: names) else {
      throw TokenizerFileError(
        source: path, message: "a vocabulary needs its merges beside it, in merges.txt or vocab.bpe"
      )
    }
    return try Self.bytePairDefinition(
      vocabulary: json, merges: Self.read(merges), mergesPath: merges,
      TokenizerConfig(directory: directory), spec, source: path)
  }

  /// Merges with the vocabulary beside them, or with the one that they imply.
  private func bytePairDefinition(
    merges bytes: [UInt8], _ spec: TokenizerSpec
  ) throws -> TokenizerDefinition {
    let names = [spec.vocabularyFile, "vocab.json", "encoder.json"].compactMap(\.self)
    if let file = try TokenizerDirectory.Companion.of(path, named: names) {
      let json = try JSON(parsing: Self.read(file), source: file)
      return try Self.bytePairDefinition(
        vocabulary: json, merges: bytes, mergesPath: path, TokenizerConfig(directory: directory),
        spec, source: path)
    }
    let lines = try MergesFile.read(bytes, source: path)
    var model = BPEDefinition(vocabulary: Vocabulary([]), merges: [])
    try spec.applyModelOptions(to: &model)
    model.vocabulary = MergesFile.impliedVocabulary(
      lines, endOfWordSuffix: model.endOfWordSuffix)
    try MergesFile.apply(lines, to: &model, source: path)
    return try Self.surround(model, TokenizerConfig(directory: directory), spec, source: path)
  }

  /// A vocabulary and its merges with what the files beside them say.
  static func bytePairDefinition(
    vocabulary: JSON, merges: [UInt8], mergesPath: String, _ config: TokenizerConfig,
    _ spec: TokenizerSpec = TokenizerSpec(), source: String
  ) throws -> TokenizerDefinition {
    let vocabulary = try TokenizerJSON.readVocabulary(vocabulary)
    var model = BPEDefinition(vocabulary: vocabulary, merges: [])
    try spec.applyModelOptions(to: &model)
    if spec.skeleton == nil, config.className == "CLIPTokenizer" {
      model.endOfWordSuffix = CLIPMerges.endOfWordSuffix
    }
    try MergesFile.apply(
      MergesFile.read(merges, source: mergesPath), to: &model, source: mergesPath)
    return try surround(model, config, spec, source: source)
  }

  private func clipDefinition(
    _ bytes: [UInt8], _ spec: TokenizerSpec
  ) throws -> TokenizerDefinition {
    let lines = try CLIPMerges.read(bytes, source: path)
    var model = BPEDefinition(
      vocabulary: MergesFile.impliedVocabulary(
        lines, endOfWordSuffix: CLIPMerges.endOfWordSuffix,
        specialTokens: CLIPMerges.specialTokens), merges: [])
    try spec.applyModelOptions(to: &model)
    try MergesFile.apply(lines, to: &model, source: path)
    var definition = ByteLevelPipeline.clip(model)
    if spec.skeleton != nil { definition.model = .bpe(model) }
    try spec.applyPipeline(to: &definition)
    return definition
  }

  /// Puts a model into the pipeline of the spec, or of the class that the files beside it name.
  private static func surround(
    _ model: BPEDefinition, _ config: TokenizerConfig, _ spec: TokenizerSpec, source: String
  ) throws -> TokenizerDefinition {
    var definition: TokenizerDefinition
    switch config.className {
    case "Qwen2Tokenizer": definition = ByteLevelPipeline.qwen2(model)
    case "CLIPTokenizer": definition = ByteLevelPipeline.clip(model)
    case "RobertaTokenizer", "BartTokenizer", "LongformerTokenizer":
      definition = ByteLevelPipeline.roberta(model)
    default:
      let isByteLevel = model.hasByteAlphabet && model.endOfWordSuffix == nil
      guard spec.skeleton != nil || isByteLevel else {
        throw TokenizerFileError(
          source: source, message: "the vocabulary is not byte-level; give its pipeline with --spec"
        )
      }
      definition = ByteLevelPipeline.gpt2(model)
    }
    let added = config.addedTokens(beside: model.vocabulary)
    if !added.isEmpty { definition.addedTokens = added }
    if spec.skeleton != nil { definition.model = .bpe(model) }
    try spec.applyPipeline(to: &definition)
    return definition
  }
}
