internal import ByteIO
internal import Tokenization
internal import TokenizerFiles

/// The changes to a base's configs that a donor's vocabulary asks for. Everything else stays byte for
/// byte as it was.
struct ConfigEdit {
  let target: TransplantTarget
  let alignment: VocabularyAlignment
  let rowCount: Int
  /// Whether input and output become two matrices.
  let unties: Bool

  private var donor: ModelDirectory? { target.model }

  /// `config.json` with the new vocabulary size and the donor's special tokens.
  func config(_ base: JSON) -> [UInt8] {
    var edit = JSONEdit(base)
    edit.set("vocab_size", to: String(rowCount))
    if unties { edit.set("tie_word_embeddings", to: "false") }
    replaceIDs(in: base, donor: donor?.config, &edit)
    // Roles that only the donor has.
    for role in TokenRole.allCases where base[role.idKey] == nil {
      if let own = donor?.config.optional(role.idKey) { edit.set(role.idKey, to: own.sourceText) }
    }
    return edit.bytes()
  }

  /// `generation_config.json` with the donor's special tokens, lists of ids included.
  func generationConfig(_ base: JSON) -> [UInt8] {
    var edit = JSONEdit(base)
    replaceIDs(in: base, donor: donor?.generationConfig, &edit)
    for role in [TokenRole.bos, .eos, .pad] where base[role.idKey] == nil {
      if let own = donor?.generationConfig?.optional(role.idKey)
        ?? donor?.config.optional(role.idKey)
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

  /// Gives every member of `base` that holds ids the donor's value.
  private func replaceIDs(in base: JSON, donor counterpart: JSON?, _ edit: inout JSONEdit) {
    // A key that is repeated is edited once, in all its places.
    var seen: Set<String> = []
    for member in base.members {
      guard let key = member.key.string, Self.idKeys.contains(key) || key.hasSuffix("_token_id"),
        seen.insert(key).inserted
      else { continue }
      edit.set(key, to: replacement(for: member.value, key: key, counterpart))
    }
  }

  /// The donor's own value; without one, the id of the role in the donor's tokenizer, or the
  /// counterpart of the base's token. What has none of these is `null`.
  private func replacement(for value: JSON, key: String, _ counterpart: JSON?) -> String {
    if target.derived != nil { return renumbered(value, key: key) }
    if let own = counterpart?[key] ?? donor?.config[key] { return own.sourceText }
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
      guard let key = member.key.string, idKeys.contains(key) || key.hasSuffix("_token_id") else {
        return []
      }
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
