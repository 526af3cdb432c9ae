public import ByteIO
public import Tokenization

/// What a special token is for.
public enum TokenRole: String, Sendable, CaseIterable {
  case bos, eos, pad, unk, cls, sep, mask

  /// The key of the role in tokenizer configs: `bos_token`.
  package var tokenKey: String { rawValue + "_token" }
  /// The key of the role in model configs: `bos_token_id`.
  package var idKey: String { rawValue + "_token_id" }
}

/// The special tokens of a model by their roles.
public struct SpecialTokens: Sendable, Equatable {
  /// The id of each role that the model has.
  public private(set) var ids: [TokenRole: TokenID] = [:]

  /// Collects the roles: the tokenizer's own files name tokens, the model's config names ids. The
  /// files of the tokenizer count where the two differ. An id that no token has is no role.
  ///
  /// - Parameters:
  ///   - tokenizerFiles: `tokenizer_config.json` and `special_tokens_map.json`, as far as they exist.
  public init(tokenizerFiles: [JSON], config: JSON, vocabulary: TokenizerVocabulary) {
    for role in TokenRole.allCases {
      let named = tokenizerFiles.lazy.compactMap { Self.content($0.optional(role.tokenKey)) }
        .compactMap { vocabulary.id(of: $0) }.first
      let configured = Self.firstID(config.optional(role.idKey))
      ids[role] = named ?? configured.flatMap { vocabulary.spelling(of: $0) == nil ? nil : $0 }
    }
  }

  /// Reads the roles from the files of a model directory.
  ///
  /// - Throws: `FileError` or `JSONError` of the first file that cannot be read.
  public init(directory: String, config: JSON, vocabulary: TokenizerVocabulary) throws {
    var files: [JSON] = []
    for name in ["tokenizer_config.json", "special_tokens_map.json"] {
      let path = directory + "/" + name
      guard FileSystem.isFile(path) else { continue }
      files.append(try JSON(parsing: FileSystem.read(path), source: path).expectObject())
    }
    self.init(tokenizerFiles: files, config: config, vocabulary: vocabulary)
  }

  /// The same roles under other ids; one without an id is gone.
  package func mapped(_ newID: (TokenID) -> TokenID?) -> SpecialTokens {
    var result = self
    result.ids = ids.compactMapValues(newID)
    return result
  }

  /// The token that a document begins with when a model is shown one: `bos`, or `eos` in models that
  /// have no other mark between documents.
  public var documentStart: TokenID? { ids[.bos] ?? ids[.eos] }

  /// The roles of the token with `id`.
  public func roles(of id: TokenID) -> [TokenRole] { TokenRole.allCases.filter { ids[$0] == id } }

  /// A token given as its text or as an object with its `content`.
  private static func content(_ json: JSON?) -> String? {
    json?.string ?? json?["content"]?.string
  }

  /// An id, or the first of a list of ids.
  private static func firstID(_ json: JSON?) -> TokenID? {
    let value = json?.int ?? json?.elements.first { _ in true }?.int
    return value.flatMap { TokenID(exactly: $0) }
  }
}
