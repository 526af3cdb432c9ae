internal import Normalization
internal import Tokenization

/// Tokens that a tokenizer takes on, each under the next free id.
///
/// What is new changes how a text is cut only where a new token stands in it: new merges come after all
/// others, and a new piece of a unigram model is hardly more probable than its parts.
struct VocabularyExtension {
  private var definition: TokenizerDefinition
  private let old: Tokenizer
  private var nextID: TokenID
  /// New tokens of the model as the vocabulary spells them.
  private var tokens: [(spelling: [UInt8], id: TokenID)] = []
  private var ids: [[UInt8]: TokenID] = [:]
  private var scores: [Double] = []
  private var merges: [Pair: (rank: Int, result: TokenID)] = [:]
  private var newMerges: [BPEDefinition.Merge] = []
  /// What each new token is for.
  private var texts: [String] = []

  private struct Pair: Hashable {
    var left: TokenID
    var right: TokenID
  }

  /// By how much a new piece is more probable than the best way to cut it, as a logarithm.
  private static let lead = 0.01

  /// - Throws: `TokenizerError` when the tokenizer cannot be run.
  init(_ definition: TokenizerDefinition) throws(TokenizerError) {
    let vocabulary = TokenizerVocabulary(definition)
    nextID = TokenID(vocabulary.idBound)
    var definition = definition
    definition.model = definition.model.adopting(vocabulary)
    self.definition = definition
    old = try Tokenizer(definition)
    if case .bpe(let model) = definition.model {
      for (rank, merge) in model.merges.enumerated() {
        merges[Pair(left: merge.left, right: merge.right)] = (rank, merge.result)
      }
    }
  }

  // MARK: Tokens

  /// Adds a token that is taken out of texts before the model sees them.
  mutating func addAdded(_ text: String) {
    if addAdded(AddedToken(id: 0, content: text, isNormalized: false)) { texts.append(text) }
  }

  /// The same for a token of another tokenizer, with its properties.
  ///
  /// - Returns: whether it is new.
  @discardableResult
  mutating func addAdded(_ token: AddedToken) -> Bool {
    let spelling = Array(token.content.utf8)
    guard old.vocabulary.id(of: token.content) == nil, ids[spelling] == nil else { return false }
    var token = token
    token.id = nextID
    definition.addedTokens.append(token)
    // In the model too, so that its id is that of the model.
    add(spelling, score: definition.model.lowestScore)
    return true
  }

  /// Adds a merge of two tokens that are there, unless what it makes is there already.
  mutating func addMerge(of left: [UInt8], and right: [UInt8]) {
    guard case .bpe(let model) = definition.model, let left = id(of: left),
      let right = id(of: right)
    else { return }
    let result = spelling(of: left) + spelling(of: right).dropFirst(prefixLength(model))
    if id(of: result) == nil { addMerge(left, right, model) }
  }

  /// Adds a token to the model, with what makes the model produce it where the text stands by itself.
  ///
  /// - Throws: `TokenizerError` when the text cannot be encoded, `DerivationError` when the model takes
  ///   no new tokens.
  mutating func add(_ text: String) throws {
    let parts = try old.ids(of: text, addSpecialTokens: false)
    guard parts.count > 1 else { return }
    texts.append(text)
    switch definition.model {
    case .bpe(let model):
      var parts = merged(parts)
      while parts.count > 1 {
        addMerge(parts[0], parts[1], model)
        parts = merged(parts)
      }
    case .unigram(let model):
      let spelling = parts.flatMap(spelling)
      add(spelling, score: parts.reduce(0) { $0 + model.scores[Int($1)] } + Self.lead)
    case .wordPiece, .wordLevel: add(Array(text.utf8))
    case .sentencePiece: throw DerivationError.notExtendable("SentencePiece")
    case .bytes, .words: throw DerivationError.fixedVocabulary
    }
  }

  /// The tokenizer with the new tokens.
  ///
  /// - Throws: `TokenizerError` when it cannot be run, `DerivationError.unreachable` when it cuts the text
  ///   of a new token.
  func extended() throws -> TokenizerDefinition {
    var result = definition
    result.model = definition.model.adding(tokens, scores: scores, merges: newMerges)
    let tokenizer = try Tokenizer(result)
    for text in texts where try tokenizer.ids(of: text, addSpecialTokens: false).count != 1 {
      throw DerivationError.unreachable(text)
    }
    return result
  }

  // MARK: Steps

  @discardableResult
  private mutating func add(_ spelling: [UInt8], score: Double = 0) -> TokenID {
    if let id = id(of: spelling) { return id }
    defer { nextID += 1 }
    tokens.append((spelling, nextID))
    scores.append(score)
    ids[spelling] = nextID
    return nextID
  }

  private func id(of spelling: [UInt8]) -> TokenID? {
    ids[spelling] ?? old.vocabulary.model.id(of: spelling)
  }

  private func spelling(of id: TokenID) -> [UInt8] {
    if let token = old.vocabulary.model.token(id) { return Array(token) }
    // New tokens have consecutive ids.
    guard let first = tokens.first?.id, id >= first, id < nextID else { return [] }
    return tokens[Int(id - first)].spelling
  }

  /// The bytes that a token loses when it is merged with one before it.
  private func prefixLength(_ model: BPEDefinition) -> Int {
    (model.continuingPrefix ?? "").utf8.count
  }

  /// Makes neighbours merge that did not, after all other merges.
  private mutating func addMerge(_ left: TokenID, _ right: TokenID, _ model: BPEDefinition) {
    let result = add(spelling(of: left) + spelling(of: right).dropFirst(prefixLength(model)))
    let rank = model.merges.count + newMerges.count
    newMerges.append(BPEDefinition.Merge(left: left, right: right, result: result))
    merges[Pair(left: left, right: right)] = (rank, result)
  }

  /// What the old and the new merges make of tokens.
  private func merged(_ tokens: [TokenID]) -> [TokenID] {
    var tokens = tokens
    while true {
      var best: (place: Int, rank: Int, result: TokenID)?
      for place in tokens.indices.dropLast() {
        let pair = Pair(left: tokens[place], right: tokens[place + 1])
        if let merge = merges[pair], merge.rank < best?.rank ?? .max {
          best = (place, merge.rank, merge.result)
        }
      }
      guard let best else { return tokens }
      tokens.replaceSubrange(best.place...(best.place + 1), with: [best.result])
    }
  }
}

extension TokenizationModel {
  /// The model with the tokens beside it as tokens of its own, which keep their ids when it grows.
  fileprivate func adopting(_ vocabulary: TokenizerVocabulary) -> TokenizationModel {
    let beside = vocabulary.added.filter { self.vocabulary.token($0.key) == nil }
      .sorted { $0.key < $1.key }
      .map { (spelling: Array($0.value.content.utf8), id: $0.key) }
    return adding(beside, scores: beside.map { _ in lowestScore }, merges: [])
  }

  /// The score of the least probable piece of a unigram model, below which unknown characters are
  /// placed.
  fileprivate var lowestScore: Double {
    if case .unigram(let definition) = self { definition.scores.min() ?? 0 } else { 0 }
  }

  /// - Parameter scores: of the new tokens in a unigram model, whose ids count its pieces.
  fileprivate func adding(
    _ tokens: [(spelling: [UInt8], id: TokenID)], scores: [Double], merges: [BPEDefinition.Merge]
  ) -> TokenizationModel {
    switch self {
    case .bpe(var definition):
      definition.vocabulary = definition.vocabulary.adding(tokens)
      definition.merges += merges
      return .bpe(definition)
    case .wordPiece(var definition):
      definition.vocabulary = definition.vocabulary.adding(tokens)
      return .wordPiece(definition)
    case .wordLevel(var definition):
      definition.vocabulary = definition.vocabulary.adding(tokens)
      return .wordLevel(definition)
    case .unigram(var definition):
      definition.vocabulary = definition.vocabulary.adding(tokens)
      definition.scores += scores
      return .unigram(definition)
    case .sentencePiece, .bytes, .words: return self
    }
  }
}

extension Vocabulary {
  fileprivate func adding(_ tokens: [(spelling: [UInt8], id: TokenID)]) -> Vocabulary {
    guard !tokens.isEmpty else { return self }
    return Vocabulary(
      entries.map { (token: Array($0.token), id: $0.id) }
        + tokens.map { (token: $0.spelling, id: $0.id) })
  }
}
