internal import ByteIO
public import Tokenization

/// What surrounds a token per byte.
enum BytePipeline {
  /// The names by which the tokenizers of bytes are known, which need no file.
  static func named(_ name: String) -> TokenizerDefinition? {
    switch name {
    case "bytes": .bytes()
    case "byt5": .byT5()
    default: nil
    }
  }

  /// The class of transformers whose directories hold no vocabulary.
  static let byT5Class = "ByT5Tokenizer"

  /// The tokenizer of a directory of `ByT5Tokenizer`; `nil` for any other directory.
  static func definition(ofDirectory directory: String) throws -> TokenizerDefinition? {
    guard FileSystem.isFile(directory + "/tokenizer_config.json"),
      !FileSystem.isFile(directory + "/tokenizer.json")
    else { return nil }
    let config = try TokenizerConfig(directory: directory)
    guard config.className == byT5Class else { return nil }
    var definition = TokenizerDefinition.byT5(extraIDs: config.extraIDs ?? 125)
    let added = config.addedTokens(beside: definition.model.vocabulary)
    // Older files name the special tokens without their ids, which are always the same.
    if added.contains(where: { $0.id == 0 }) { definition.addedTokens = added }
    if let end = definition.addedTokens.first(where: { $0.id == 1 }) {
      definition.postProcessor = .surrounding(
        beginning: nil, end: PostProcessor.SpecialToken(token: end.content, id: end.id))
    }
    return definition
  }
}

extension TokenizerDefinition {
  /// The tokenizer whose 256 tokens are the bytes.
  ///
  /// - Parameter offset: the id of byte 0.
  public static func bytes(offset: TokenID = 0) -> TokenizerDefinition {
    TokenizerDefinition(
      model: .bytes(ByteDefinition(offset: offset)), decoder: .bytes(dropsInvalid: false))
  }

  /// The tokenizer of ByT5 (Xue et al. 2022), as transformers' `ByT5Tokenizer`: `<pad>`, `</s>` and
  /// `<unk>`, the bytes, then sentinels. Bytes that belong to no character decode to nothing.
  ///
  /// One thing differs: a text that itself ends with `</s>` gets another one, which transformers leaves
  /// out with a warning that this will change.
  ///
  /// - Parameter extraIDs: the number of sentinels `<extra_id_0>`, `<extra_id_1>` …
  public static func byT5(extraIDs: Int = 125) -> TokenizerDefinition {
    var definition = TokenizerDefinition(
      model: .bytes(ByteDefinition(offset: 3)), decoder: .bytes(dropsInvalid: true))
    for (id, name) in ["<pad>", "</s>", "<unk>"].enumerated() {
      definition.addedTokens.append(
        AddedToken(
          id: TokenID(id), content: name, stripsLeft: true, stripsRight: true, isSpecial: true))
    }
    for index in 0..<max(0, extraIDs) {
      definition.addedTokens.append(
        AddedToken(
          id: TokenID(259 + index), content: "<extra_id_\(index)>", isNormalized: false,
          isSpecial: true))
    }
    definition.addedTokenPolicy = .alwaysMatchedWithStatedIDs
    definition.postProcessor = .surrounding(
      beginning: nil, end: PostProcessor.SpecialToken(token: "</s>", id: 1))
    return definition
  }

  /// Reads the tokenizer that a person names.
  ///
  /// - Parameters:
  ///   - name: `bytes` or `byt5`, which need no file, `words:` and a rule or a tokenizer whose
  ///     pre-tokenizer is the rule, or what `TokenizerLocation.find(_:)` takes. A file of such a
  ///     name comes first.
  ///   - spec: what the format does not carry.
  ///   - warn: is told, in a sentence, what was assumed because neither file nor spec says it.
  /// - Throws: as `TokenizerLocation.find(_:)` and `init(contentsOf:spec:warn:)`.
  public init(
    named name: String, spec: TokenizerSpec = TokenizerSpec(),
    warn: (String) -> Void = { _ in }
  ) throws {
    if FileSystem.kind(name) == nil, let definition = BytePipeline.named(name) {
      self = definition
    } else if FileSystem.kind(name) == nil, let rule = name.suffix(afterPrefix: WordRule.prefix) {
      self = .words(try WordRule(named: rule, spec: spec, warn: warn))
    } else {
      try self.init(contentsOf: TokenizerLocation.find(name), spec: spec, warn: warn)
    }
  }
}
