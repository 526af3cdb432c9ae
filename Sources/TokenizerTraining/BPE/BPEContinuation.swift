internal import Normalization
public import Tokenization

/// Goes on learning a byte-pair encoding: every token keeps its id, every merge its rank, and new ones
/// come after them.
///
/// New merges are learned on words as the existing tokenizer encodes them. Where a new merge makes
/// neighbours that the existing merges join, they are joined, as the finished tokenizer will do it.
public struct BPEContinuation: Sendable {
  /// How many tokens there are to be, the existing ones and added tokens included.
  public var vocabularySize: Int
  /// How often a pair must occur to become a token, or a character that has no token.
  public var minimumFrequency = 2
  /// How many new characters there may be; the most frequent ones are taken. There are none in a
  /// byte-level tokenizer or where characters are marked by a prefix or a suffix.
  public var alphabetLimit: Int?
  /// As in `BPETrainer.Settings`.
  public var maximumTokenLength: Int?

  /// The tokenizer that is continued.
  public let definition: TokenizerDefinition
  private let model: BPEDefinition
  private let tokens: TokenizerVocabulary

  /// A larger id is a mistake, and would take all memory.
  private static let largestID = 1 << 26

  /// - Throws: `TrainingError.cannotContinue` when the tokenizer is no byte-pair encoding with merges
  ///   of its own.
  public init(
    _ definition: TokenizerDefinition, vocabularySize: Int
  ) throws(TrainingError) {
    guard case .bpe(let model) = definition.model else {
      throw .cannotContinue(
        "only byte-pair encodings can take on tokens without changing how they cut what they know")
    }
    guard !model.mergesShareRanks, definition.addedTokenPolicy == .alwaysMatched else {
      throw .cannotContinue(
        "its format has ranks of tokens instead of merges; convert it to a tokenizer.json first")
    }
    tokens = TokenizerVocabulary(definition)
    guard tokens.idBound <= Self.largestID else {
      throw .cannotContinue("its ids reach \(tokens.idBound - 1)")
    }
    self.definition = definition
    self.model = model
    self.vocabularySize = vocabularySize
  }

  /// Learns new merges from words that the tokenizer's own pipeline has cut.
  ///
  /// - Throws: `TrainingError`, `TokenizerError` when the tokenizer cannot encode a word, and what
  ///   `progress` throws.
  public func train(
    _ counts: WordCounts, progress: TrainingProgress = { _, _ in }
  ) throws -> TokenizerDefinition {
    var symbols = SymbolTable(tokens)
    for scalar in newCharacters(counts, symbols) { symbols.add(Array(String(scalar).utf8)) }
    var extended = model
    extended.vocabulary = symbols.vocabulary
    extended.dropout = nil
    let words = try words(counts, extended)
    var learner = MergeLearner(words, symbols, settings, keeping: kept)
    try learner.learn(progress)
    extended.vocabulary = learner.symbols.vocabulary
    extended.merges += learner.distinctMerges
    extended.dropout = model.dropout
    var result = definition
    result.model = .bpe(extended)
    return result
  }

  /// Whether words may be counted as plain bytes.
  var takesBytes: Bool { model.hasByteAlphabet && !marksWords }

  private var marksWords: Bool {
    !(model.continuingPrefix ?? "").isEmpty || !(model.endOfWordSuffix ?? "").isEmpty
  }

  private var settings: BPETrainer.Settings {
    var settings = BPETrainer.Settings()
    settings.vocabularySize = vocabularySize
    settings.minimumFrequency = minimumFrequency
    settings.maximumTokenLength = maximumTokenLength
    settings.continuingPrefix = model.continuingPrefix
    return settings
  }

  private var kept: MergeLearner.Kept {
    var kept = MergeLearner.Kept()
    for merge in model.merges { kept.merges[TokenPair(merge.left, merge.right).key] = merge.result }
    kept.unformable = Set(tokens.added.keys)
    return kept
  }

  /// The characters that are to have tokens from now on.
  private func newCharacters(_ counts: WordCounts, _ symbols: SymbolTable) -> [Unicode.Scalar] {
    if counts.areBytes || marksWords || model.hasByteAlphabet { return [] }
    let frequencies = TrainingAlphabet.frequencies(counts).filter { value, count in
      guard count >= minimumFrequency, let scalar = Unicode.Scalar(value) else { return false }
      return symbols.id(of: Array(String(scalar).utf8)) == nil
    }
    return TrainingAlphabet.mostFrequent(frequencies, limit: alphabetLimit)
  }

  /// The words as the tokenizer encodes them, cut where it has no token for a character.
  private func words(_ counts: WordCounts, _ model: BPEDefinition) throws -> TrainingWords {
    let encoder = try WordEncoder(.bpe(model))
    var barriers = Set(tokens.added.keys)
    if let unknown = model.unknownToken.flatMap({ model.vocabulary.id(of: Array($0.utf8)) }) {
      barriers.insert(unknown)
    }
    if model.fallsBackToBytes {
      for byte in UInt8.min...UInt8.max {
        let token = Array(ByteFallback.token(byte).utf8)
        if let id = model.vocabulary.id(of: token) { barriers.insert(id) }
      }
    }
    return try TrainingWords(counts) { word, body in
      var position = word.startIndex
      for (id, length) in try encoder.encode(word, isBytes: counts.areBytes) {
        let end = min(position + length, word.endIndex)
        let bytes = word[position..<end]
        let characters = counts.areBytes ? length : bytes.count { !UTF8.isContinuation($0) }
        body(barriers.contains(id) ? nil : id, max(1, characters))
        position = end
      }
    }
  }
}
