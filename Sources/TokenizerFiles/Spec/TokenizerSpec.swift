public import ByteIO
internal import Normalization
internal import Tokenization

/// What a tokenizer's format does not carry: patterns, special tokens, the parts around the model.
///
/// An object whose keys are all optional; a format takes those that it lacks, and others are
/// ignored:
///
/// - `file`, `vocab`, `merges`: which files of a directory to read;
/// - `skeleton`: `normalizer`, `pre_tokenizer`, `post_processor`, `decoder` and the options of the
///   `model`, all as in a `tokenizer.json`;
/// - `added`: added tokens, each `[content, id, options]` with options as in a `tokenizer.json` or
///   null;
/// - `pat_str`: the splitting pattern, in the syntax of fancy-regex;
/// - `special`, `special_list`: special tokens with their ids, or in order after the other tokens;
/// - `normalize`: the Unicode normalization form that comes first;
/// - `lowercase`: whether a BERT vocabulary is an uncased one;
/// - `eos`, `add_dummy_prefix`, `types_fix`: corrections to a SentencePiece vocabulary in a GGUF
///   file.
public struct TokenizerSpec: Sendable {
  var file: String?
  var vocabularyFile: String?
  var mergesFile: String?
  /// The parts around the model, as in a `tokenizer.json`.
  var skeleton: JSON?
  var addedTokens: [AddedToken]?
  var pattern: String?
  var specialTokens: SpecialTokens?
  var normalizer: Normalizer?
  var lowercases: Bool?
  var endID: TokenID?
  var addsDummyPrefix: Bool?
  /// Whether piece types of an old converter are to be corrected: the first piece is the unknown
  /// one, and those marked unknown are unused.
  var fixesPieceKinds = false

  /// Special tokens as a spec lists them.
  enum SpecialTokens: Sendable {
    case ids([(token: String, id: TokenID)])
    /// The first one follows the last other token.
    case list([String])
  }

  /// A spec that says nothing.
  public init() {}

  /// Reads a spec.
  ///
  /// - Throws: `JSONError` with the place of what is not as it should be.
  public init(_ json: JSON) throws(JSONError) {
    _ = try json.expectObject()
    file = try json.optionalString("file")
    vocabularyFile = try json.optionalString("vocab")
    mergesFile = try json.optionalString("merges")
    skeleton = try json.optional("skeleton")?.expectObject()
    pattern = try json.optionalString("pat_str")
    lowercases = try json.optional("lowercase") == nil ? nil : json.bool("lowercase")
    addsDummyPrefix =
      try json.optional("add_dummy_prefix") == nil ? nil : json.bool("add_dummy_prefix")
    fixesPieceKinds = json.optional("types_fix")?.bool ?? (json.optional("types_fix") != nil)
    if let id = json.optional("eos") { endID = try TokenizerJSON.readID(id) }
    if let list = json.optional("added") { addedTokens = try Self.readAddedTokens(list) }
    specialTokens = try Self.readSpecialTokens(json)
    normalizer = try Self.readNormalizationForm(json)
  }

  /// Reads a spec from a file.
  ///
  /// - Throws: `FileError` when it cannot be read, `JSONError` when it is not as it should be.
  public init(contentsOf path: String) throws {
    try self.init(JSON(parsing: FileSystem.read(path), source: path))
  }

  private static func readAddedTokens(_ json: JSON) throws(JSONError) -> [AddedToken] {
    var tokens: [AddedToken] = []
    for entry in try json.expectArray() {
      let parts = try entry.expectArray()
      guard parts.count == 2 || parts.count == 3 else {
        throw entry.unexpected("a token, its id and its options")
      }
      var token = AddedToken(
        id: try TokenizerJSON.readID(parts[1]), content: try parts[0].expectString(),
        isNormalized: false, isSpecial: true)
      if parts.count == 3, !parts[2].isNull {
        let options = try parts[2].expectObject()
        token.isSingleWord = try options.bool("single_word", default: token.isSingleWord)
        token.stripsLeft = try options.bool("lstrip", default: token.stripsLeft)
        token.stripsRight = try options.bool("rstrip", default: token.stripsRight)
        token.isNormalized = try options.bool("normalized", default: token.isNormalized)
        token.isSpecial = try options.bool("special", default: token.isSpecial)
      }
      tokens.append(token)
    }
    return tokens
  }

  private static func readSpecialTokens(_ json: JSON) throws(JSONError) -> SpecialTokens? {
    if let special = json.optional("special") {
      var ids: [(token: String, id: TokenID)] = []
      for member in try special.expectObject().members {
        ids.append((try member.key.expectString(), try TokenizerJSON.readID(member.value)))
      }
      return .ids(ids)
    }
    guard let list = json.optional("special_list") else { return nil }
    var tokens: [String] = []
    for token in try list.expectArray() { tokens.append(try token.expectString()) }
    return .list(tokens)
  }

  private static func readNormalizationForm(_ json: JSON) throws(JSONError) -> Normalizer? {
    guard let form = json.optional("normalize") else { return nil }
    switch form.string {
    case "NFC": return .nfc
    case "NFD": return .nfd
    case "NFKC": return .nfkc
    case "NFKD": return .nfkd
    default: throw form.unexpected("a Unicode normalization form")
    }
  }
}

extension TokenizerSpec {
  /// Sets the options of a model, which must be known before its merges are read.
  func applyModelOptions(to model: inout BPEDefinition) throws(JSONError) {
    if let options = skeleton?.optional("model") {
      try TokenizerJSON.readBPEOptions(options, into: &model)
    }
  }

  /// Sets the parts around the model and the added tokens, where the spec has them.
  func applyPipeline(to definition: inout TokenizerDefinition) throws(JSONError) {
    if let addedTokens { definition.addedTokens = addedTokens }
    guard let skeleton else { return }
    definition.normalizer = try skeleton.optional("normalizer").map(TokenizerJSON.readNormalizer)
    definition.preTokenizer = try skeleton.optional("pre_tokenizer").map(
      TokenizerJSON.readPreTokenizer)
    definition.postProcessor = try skeleton.optional("post_processor").map(
      TokenizerJSON.readPostProcessor)
    definition.decoder = try skeleton.optional("decoder").map(TokenizerJSON.readDecoder)
  }
}
