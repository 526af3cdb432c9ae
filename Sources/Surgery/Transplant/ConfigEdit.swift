internal import ByteIO
internal import Tokenization
internal import TokenizerFiles

/// The changes to a base's configs that a donor's vocabulary asks for. Everything else stays byte for
/// byte as it was.
struct ConfigEdit {
  let base: ModelDirectory
  let target: TransplantTarget
  let alignment: VocabularyAlignment
  let rowCount: Int
  /// Whether input and output become two matrices.
  let unties: Bool

  private var donor: ModelDirectory? { target.model }
  private var donorConfig: JSON? { donor?.vocabularyConfig.text }

  /// Members that state the number of rows.
  private static let sizeKeys = ["vocab_size", "decoder_vocab_size"]

  /// `config.json` with the new vocabulary size and the donor's special tokens, in the part about text
  /// as well where there is one.
  func config() -> [UInt8] {
    let config = base.config
    let text = base.vocabularyConfig.text
    var edit = JSONEdit(config)
    edit.set("vocab_size", to: String(rowCount), in: text)
    for object in parts {
      for key in Self.sizeKeys where object[key] != nil {
        edit.set(key, to: String(rowCount), in: object)
      }
      if unties, object["tie_word_embeddings"] != nil {
        edit.set("tie_word_embeddings", to: "false", in: object)
      }
      replaceIDs(in: object, donor: donorConfig, &edit)
    }
    if unties { edit.set("tie_word_embeddings", to: "false") }
    // Roles that only the donor has.
    for role in TokenRole.allCases where text[role.idKey] == nil {
      if let own = donorConfig?.optional(role.idKey) {
        edit.set(role.idKey, to: own.sourceText, in: text)
      }
    }
    return edit.bytes()
  }

  /// The objects of `config.json` that name tokens.
  private var parts: [JSON] {
    base.vocabularyConfig.isNested ? [base.config, base.vocabularyConfig.text] : [base.config]
  }

  /// Tokens that stand for an image, a video or a sound: without them a model of more than text cannot
  /// be loaded.
  ///
  /// - Throws: `ModelError` when the new tokenizer lacks one.
  func requirePlaceholders() throws(ModelError) {
    guard base.vocabularyConfig.isNested, target.derived == nil else { return }
    for object in parts {
      for member in object.members {
        guard let key = member.key.string, Self.isPlaceholder(key), let id = member.value.int,
          donorConfig?[key]?.int == nil, translated(id) == nil,
          let name = TokenID(exactly: id).flatMap({ base.vocabulary.spelling(of: $0) })
        else { continue }
        throw ModelError(
          base.path, .lostToken(key: key, name: String(decoding: name, as: UTF8.self)))
      }
    }
  }

  private static func isPlaceholder(_ key: String) -> Bool {
    isID(key) && ["image", "video", "audio"].contains { key.hasPrefix($0) }
  }

  /// `generation_config.json` with the donor's special tokens, lists of ids included.
  func generationConfig(_ base: JSON) -> [UInt8] {
    var edit = JSONEdit(base)
    replaceIDs(in: base, donor: donor?.generationConfig, &edit)
    for role in [TokenRole.bos, .eos, .pad] where base[role.idKey] == nil {
      if let own = donor?.generationConfig?.optional(role.idKey)
        ?? donorConfig?.optional(role.idKey)
      {
        edit.set(role.idKey, to: own.sourceText)
      }
    }
    return edit.bytes()
  }

  // MARK: Ids

  /// Members that hold ids of the vocabulary beside those that end in `_token_id`.
  private static let idKeys: Set<String> = [
    "suppress_tokens", "begin_suppress_tokens", "bad_words_ids", "force_words_ids",
    "forced_decoder_ids", "sequence_bias", "eos_token_ids",
  ]

  private static func isID(_ key: String) -> Bool {
    idKeys.contains(key) || key.hasSuffix("_token_id") || key.hasSuffix("_token_index")
  }

  /// Gives every member of `base` that holds ids the donor's value.
  private func replaceIDs(in base: JSON, donor counterpart: JSON?, _ edit: inout JSONEdit) {
    // A key that is repeated is edited once, in all its places.
    var seen: Set<String> = []
    for member in base.members {
      guard let key = member.key.string, Self.isID(key), seen.insert(key).inserted else {
        continue
      }
      edit.set(key, to: replacement(for: member.value, key: key, counterpart), in: base)
    }
  }

  /// The donor's own value; without one, the id of the role in the donor's tokenizer, or the
  /// counterpart of the base's token. What has none of these is `null`.
  private func replacement(for value: JSON, key: String, _ counterpart: JSON?) -> String {
    if target.derived != nil { return renumbered(value, key: key) }
    if let own = counterpart?[key] ?? donorConfig?[key] { return own.sourceText }
    if let role = TokenRole.allCases.first(where: { $0.idKey == key }) {
      return target.specialTokens.ids[role].map(String.init) ?? "null"
    }
    if let id = value.int { return translated(id).map(String.init) ?? "null" }
    let ids = Array(value.elements).compactMap(\.int)
    let isListOfIDs = value.kind == .array && ids.count == value.count && !ids.isEmpty
    return isListOfIDs ? JSONText.list(ids.compactMap(translated).map(String.init)) : "null"
  }

  /// The same tokens under their new ids: numbers and lists of them, nested or not.
  private func renumbered(_ value: JSON, key: String) -> String {
    if let id = value.int { return translated(id).map(String.init) ?? "null" }
    guard value.kind == .array else { return String(decoding: value.text, as: UTF8.self) }
    let elements = Array(value.elements)
    if key == "forced_decoder_ids", elements.count == 2, elements.allSatisfy({ $0.int != nil }) {
      // A place and a token.
      return JSONText.list([elements[0].sourceText, renumbered(elements[1], key: "")])
    }
    return JSONText.list(elements.map { renumbered($0, key: key) })
  }

  /// The ids of the vocabulary that a config names.
  static func namedIDs(in config: JSON) -> [TokenID] {
    config.members.flatMap { member -> [TokenID] in
      guard let key = member.key.string, isID(key) else { return [] }
      return numbers(in: member.value)
    }
  }

  private static func numbers(in value: JSON) -> [TokenID] {
    if let id = value.int { return TokenID(exactly: id).map { [$0] } ?? [] }
    return value.kind == .array ? value.elements.flatMap(numbers) : []
  }

  private func translated(_ id: Int) -> TokenID? {
    TokenID(exactly: id).flatMap(alignment.donorToken(forBase:))
  }
}

extension JSON {
  /// The value as it stands in its document.
  fileprivate var sourceText: String { String(decoding: text, as: UTF8.self) }
}
