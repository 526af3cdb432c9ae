internal import ByteIO
internal import Tokenization
internal import TokenizerFiles

/// The tokens that remain of a vocabulary.
///
/// With a token remain all that it is made from, so that no merge needs what is gone. The special
/// tokens, those that a config or the tokenizer names, and those of single bytes remain in any case.
struct KeptTokens {
  private let vocabulary: TokenizerVocabulary
  private let derivations: MergeDerivations?
  private(set) var ids: Set<TokenID> = []
  /// How many of them remain in any case.
  let requiredCount: Int

  /// - Throws: `DerivationError` when nothing is asked for, or the required tokens are more than the
  ///   size that is.
  init(of model: ModelDirectory, _ request: PruningRequest) throws(DerivationError) {
    guard request.usage != nil || !request.tokens.isEmpty || request.size != nil else {
      throw .nothingAsked
    }
    vocabulary = model.vocabulary
    derivations = MergeDerivations(model.tokenizer.model)
    var required = Self.required(by: model)
    required.formIntersection(vocabulary.ids)
    ids = required
    for id in required.union(request.tokens) { ids.formUnion(derivations?.parts(of: id) ?? []) }
    ids.formUnion(request.tokens)
    requiredCount = ids.count
    let size = request.size ?? .max
    guard requiredCount <= size else {
      throw .tooSmall(requested: size, needed: requiredCount)
    }
    add(candidates(request), upTo: size)
  }

  /// Further tokens, those that are wanted most first.
  private func candidates(_ request: PruningRequest) -> [TokenID] {
    guard let usage = request.usage else { return request.size == nil ? [] : vocabulary.ids }
    return usage.filter { $0.value >= request.minimumCount }.sorted {
      $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key
    }.map(\.key)
  }

  private mutating func add(_ candidates: [TokenID], upTo size: Int) {
    for id in candidates where !ids.contains(id) {
      let group = (derivations?.parts(of: id) ?? []).union([id]).subtracting(ids)
      if ids.count + group.count <= size { ids.formUnion(group) }
    }
  }

  // MARK: What remains in any case

  private static func required(by model: ModelDirectory) -> Set<TokenID> {
    let definition = model.tokenizer
    var ids = Set(model.vocabulary.added.keys)
    ids.formUnion(model.specialTokens.ids.values)
    for config in [model.config, model.vocabularyConfig.text, model.generationConfig] {
      ids.formUnion(config.map { ConfigEdit.namedIDs(in: $0) } ?? [])
    }
    ids.formUnion(definition.postProcessor?.insertedTokens ?? [])
    if let padding = definition.padding { ids.insert(padding.id) }
    ids.formUnion(required(by: definition.model))
    return ids
  }

  static func required(by model: TokenizationModel) -> [TokenID] {
    let vocabulary = model.vocabulary
    func named(_ token: String?) -> [TokenID] {
      token.flatMap { vocabulary.id(of: Array($0.utf8)) }.map { [$0] } ?? []
    }
    let byteTokens = (UInt8.min...UInt8.max).flatMap { named(ByteFallback.token($0)) }
    switch model {
    case .bpe(let definition):
      return named(definition.unknownToken) + (definition.byteAlphabetIDs ?? [])
        + (definition.fallsBackToBytes ? byteTokens : [])
    case .unigram(let definition):
      return (definition.unknownID.map { [$0] } ?? [])
        + (definition.fallsBackToBytes ? byteTokens : [])
    case .wordPiece(let definition): return named(definition.unknownToken)
    case .wordLevel(let definition): return named(definition.unknownToken)
    case .sentencePiece(let definition):
      return definition.pieces.indices.filter { definition.pieces[$0].kind != .normal }
        .map { TokenID($0) }
    case .bytes, .words: return vocabulary.entries.map(\.id)
    }
  }
}
