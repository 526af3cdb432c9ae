internal import Tokenization

/// The tokens of a vocabulary while it is being learned, by id and by bytes.
struct SymbolTable {
  /// The bytes of each token; `nil` for an id that no token has.
  private var spellings: [[UInt8]?] = []
  private var ids: [[UInt8]: TokenID] = [:]

  /// No tokens.
  init() {}

  /// The tokens of an existing tokenizer with their ids, which may have gaps.
  init(_ vocabulary: TokenizerVocabulary) {
    spellings = Array(repeating: nil, count: vocabulary.idBound)
    for id in vocabulary.ids {
      guard let spelling = vocabulary.spelling(of: id) else { continue }
      spellings[Int(id)] = spelling
      ids[spelling] = id
    }
  }

  /// One more than the largest id.
  var idBound: Int { spellings.count }

  /// The number of tokens.
  var count: Int { ids.count }

  /// The id of a token; `nil` when there is none.
  func id(of token: [UInt8]) -> TokenID? { ids[token] }

  /// The bytes of the token with `id`.
  func spelling(of id: TokenID) -> [UInt8] { spellings[Int(id)] ?? [] }

  /// Gives a token the next id unless it has one.
  @discardableResult
  mutating func add(_ token: [UInt8]) -> (id: TokenID, isNew: Bool) {
    if let id = ids[token] { return (id, false) }
    let id = TokenID(spellings.count)
    ids[token] = id
    spellings.append(token)
    return (id, true)
  }

  /// All tokens in the order of their ids.
  var vocabulary: Vocabulary {
    Vocabulary(
      spellings.enumerated().lazy.compactMap { id, token in
        token.map { (token: $0, id: TokenID(id)) }
      })
  }
}
