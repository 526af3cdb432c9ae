internal import ByteIO
internal import Tokenization

/// The files beside a vocabulary in a model directory of transformers: `tokenizer_config.json`,
/// `special_tokens_map.json` and `added_tokens.json`. They name the class of the tokenizer and its
/// special and added tokens.
struct TokenizerConfig {
  /// `tokenizer_class`, without the `Fast` of the Rust-backed classes.
  private(set) var className: String?
  /// `do_lower_case`
  private(set) var lowercases: Bool?
  /// `add_bos_token` and `add_eos_token`
  private(set) var addsBeginning: Bool?
  private(set) var addsEnd: Bool?
  /// `extra_ids`, the number of sentinels of a T5.
  private(set) var extraIDs: Int?
  /// The added tokens by their ids, where a file gives them.
  private var addedTokens: [TokenID: AddedToken] = [:]
  /// The special tokens that are named without an id.
  private var specialTokens: [AddedToken] = []

  private static let roles = [
    "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
  ]

  /// Reads what a directory has of the three files.
  ///
  /// - Throws: `FileError` or `JSONError` of the first file that cannot be read.
  init(directory: String) throws {
    try self.init { name in
      let path = directory + "/" + name
      guard FileSystem.isFile(path) else { return nil }
      return try JSON(parsing: FileSystem.read(path), source: path)
    }
  }

  /// Reads the files that `document` gives by their names.
  ///
  /// - Throws: what `document` throws, and `JSONError` for a file that is not what it should be.
  init(documents document: (_ name: String) throws -> JSON?) throws {
    if let json = try document("tokenizer_config.json") { try readConfig(json.expectObject()) }
    if let json = try document("special_tokens_map.json") {
      try readSpecialTokens(json.expectObject())
    }
    if let json = try document("added_tokens.json")?.expectObject() {
      for member in json.members {
        let id = try TokenizerJSON.readID(member.value)
        let token = try member.key.expectString()
        if addedTokens[id] == nil { addedTokens[id] = AddedToken(id: id, content: token) }
      }
    }
  }

  private mutating func readConfig(_ json: JSON) throws(JSONError) {
    if let name = try json.optionalString("tokenizer_class") {
      className = name.hasSuffix("Fast") ? String(name.dropLast(4)) : name
    }
    if let count = json.optional("extra_ids") { extraIDs = try count.expectInt(in: 0...1 << 20) }
    if json.optional("do_lower_case") != nil { lowercases = try json.bool("do_lower_case") }
    if json.optional("add_bos_token") != nil { addsBeginning = try json.bool("add_bos_token") }
    if json.optional("add_eos_token") != nil { addsEnd = try json.bool("add_eos_token") }
    if let tokens = json.optional("added_tokens_decoder") {
      for member in try tokens.expectObject().members {
        guard let id = TokenID(try member.key.expectString()) else {
          throw member.key.unexpected("an id")
        }
        addedTokens[id] = try Self.readToken(member.value, id: id)
      }
    }
    try readSpecialTokens(json)
  }

  private mutating func readSpecialTokens(_ json: JSON) throws(JSONError) {
    var values = Self.roles.compactMap { json.optional($0) }
    if let additional = json.optional("additional_special_tokens"), additional.kind == .array {
      values += additional.elements
    }
    var seen = Set(specialTokens.map { Array($0.content.utf8) })
    for value in values {
      var token = try Self.readToken(value, id: 0)
      token.isSpecial = true
      if seen.insert(Array(token.content.utf8)).inserted { specialTokens.append(token) }
    }
  }

  /// A token given as its text or as an object.
  private static func readToken(_ json: JSON, id: TokenID) throws(JSONError) -> AddedToken {
    if let text = json.string {
      return AddedToken(id: id, content: text, isNormalized: false, isSpecial: true)
    }
    return AddedToken(
      id: id, content: try json.string("content"),
      isSingleWord: try json.bool("single_word", default: false),
      stripsLeft: try json.bool("lstrip", default: false),
      stripsRight: try json.bool("rstrip", default: false),
      isNormalized: try json.bool("normalized", default: true),
      isSpecial: try json.bool("special", default: false))
  }

  /// The added tokens of a tokenizer with this vocabulary, ascending by id.
  ///
  /// A special token that neither the files nor the vocabulary give an id follows all others.
  func addedTokens(beside vocabulary: Vocabulary) -> [AddedToken] {
    var tokens = addedTokens
    var ids: [[UInt8]: TokenID] = [:]
    for (id, token) in addedTokens {
      ids[Array(token.content.utf8)] = min(id, ids[Array(token.content.utf8)] ?? id)
    }
    let last = max(vocabulary.maximumID ?? 0, tokens.keys.max() ?? 0)
    let isEmpty = vocabulary.maximumID == nil && tokens.isEmpty
    // There is no id after the last one that the type can hold.
    var nextID = isEmpty ? 0 : last == .max ? nil : last + 1
    for special in specialTokens {
      let content = Array(special.content.utf8)
      if let id = ids[content] {
        tokens[id]?.isSpecial = true
        continue
      }
      var token = special
      if let id = vocabulary.id(of: content) {
        token.id = id
      } else if let id = nextID {
        token.id = id
        nextID = id == .max ? nil : id + 1
      } else {
        continue
      }
      tokens[token.id] = token
    }
    return tokens.values.sorted { $0.id < $1.id }
  }
}
