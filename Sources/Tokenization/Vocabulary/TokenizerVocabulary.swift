/// All tokens of a tokenizer: those of the model and those added beside it.
///
/// Reproduces how Hugging Face's `AddedVocabulary` assigns ids: an added token that the model knows
/// keeps the model's id; any other takes the next free one, whatever the file says. In the formats
/// of the other `AddedTokenPolicy` cases the stated id counts.
public struct TokenizerVocabulary: Sendable {
  /// The tokens of the model.
  public let model: Vocabulary
  /// The added tokens by their ids.
  public let added: [TokenID: AddedToken]
  /// By their bytes: canonically equivalent texts are one `String`, but two tokens.
  private let addedIDs: [[UInt8]: TokenID]

  /// The vocabulary of a definition.
  public init(_ definition: TokenizerDefinition) {
    let model = definition.model.vocabulary
    var added: [TokenID: AddedToken] = [:]
    var ids: [[UInt8]: TokenID] = [:]
    var nextID = TokenID(definition.model.tokenCount)
    for token in definition.addedTokens where !token.content.isEmpty {
      let content = Array(token.content.utf8)
      if definition.addedTokenPolicy != .alwaysMatched {
        ids[content] = token.id
        added[token.id] = token
        continue
      }
      let known = ids[content] ?? model.id(of: content)
      let id = known ?? nextID
      if known == nil { nextID += 1 }
      ids[content] = id
      added[id] = token
    }
    self.model = model
    self.added = added
    addedIDs = ids
  }

  /// The token with `id` as the vocabulary spells it; `nil` for an id that no token has.
  public func spelling(of id: TokenID) -> [UInt8]? {
    if let token = added[id] { return Array(token.content.utf8) }
    return model.token(id).map(Array.init)
  }

  /// The id of the token that is spelled `token`.
  public func id(of token: String) -> TokenID? {
    addedIDs[Array(token.utf8)] ?? model.id(of: Array(token.utf8))
  }

  /// One more than the largest id: the number of embedding rows that the tokenizer needs.
  public var idBound: Int {
    max(model.maximumID.map(Int.init) ?? -1, added.keys.max().map(Int.init) ?? -1) + 1
  }

  /// The ids that have a token, ascending.
  public var ids: [TokenID] {
    Set(model.entries.map(\.id)).union(added.keys).sorted()
  }
}
