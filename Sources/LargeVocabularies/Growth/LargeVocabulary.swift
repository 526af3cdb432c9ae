public import Tokenization
public import TokenizerTraining

/// A vocabulary far larger than a tokenizer's own, a million tokens for instance: every token of the
/// tokenizer keeps its id, and those that follow are the merges that byte-pair encoding goes on to learn
/// from a corpus.
///
/// The merges themselves are forgotten. A text is cut by taking the longest token that it goes on with,
/// again and again, as in Feher, Vulić and Minixhofer 2025, "Retrofitting Large Language Models with Dynamic
/// Tokenization". That is what WordPiece does when continuations have no mark; so the result is an ordinary
/// tokenizer of that kind, which can be written as `tokenizer.json`.
public struct LargeVocabulary: Sendable {
  /// Within what the longest token is looked for.
  public enum Matching: String, Sendable, CaseIterable {
    /// Within the words into which the base tokenizer cuts a text.
    case words
    /// Within the whole text.
    case text
  }

  /// What is learned.
  public struct Settings: Sendable {
    /// How many tokens there are to be, those of the base included. There are fewer when the corpus has
    /// not so many pairs that are frequent enough.
    public var size = 1_000_000
    public var matching = Matching.words
    /// How often a pair must occur to become a token.
    public var minimumFrequency = 2
    /// The number of threads; as many as there are cores when it is `nil`. The result does not depend on
    /// it.
    public var threadCount: Int?
    /// What the counts of words may take, in bytes; beyond it the rarest are dropped.
    public var memoryBudget = 2 << 30

    public init() {}
  }

  /// The tokenizer.
  public let definition: TokenizerDefinition
  /// One more than the largest id of the base: the first new token's.
  public let firstNewID: TokenID

  /// Learns a vocabulary.
  ///
  /// - Parameter base: a byte-level byte-pair encoding.
  /// - Throws: `LargeVocabularyError`, `TrainingError` when the base cannot be continued, and as
  ///   `TrainingRecipe.train`.
  public init(
    growing base: TokenizerDefinition, corpus: Corpus, settings: Settings = Settings(),
    progress: TrainingProgress = { _, _ in }
  ) throws {
    guard case .bpe(let model) = base.model, model.hasByteAlphabet,
      (model.continuingPrefix ?? "").isEmpty, (model.endOfWordSuffix ?? "").isEmpty
    else { throw LargeVocabularyError.notByteLevel }
    var continuation = try BPEContinuation(base, vocabularySize: settings.size)
    continuation.minimumFrequency = settings.minimumFrequency
    let recipe = TrainingRecipe(
      .continuedBPE(continuation), pipeline: TrainingPipeline(of: base))
    let learned = try recipe.train(
      corpus, threadCount: settings.threadCount, memoryBudget: settings.memoryBudget,
      progress: progress)
    self.init(
      base: base, vocabulary: learned.definition.model.vocabulary, matching: settings.matching)
  }

  /// A vocabulary that is known.
  ///
  /// - Parameter vocabulary: the tokens of the base, and new ones.
  init(base: TokenizerDefinition, vocabulary: Vocabulary, matching: Matching) {
    firstNewID = TokenID(TokenizerVocabulary(base).idBound)
    var model = WordPieceDefinition(vocabulary: vocabulary)
    model.continuingPrefix = ""
    model.maximumWordLength = Int(Int32.max)
    var definition = base
    definition.model = .wordPiece(model)
    if matching == .text {
      definition.preTokenizer = base.preTokenizer?.spellingWithoutCuts
    }
    self.definition = definition
  }
}

extension PreTokenizer {
  /// What spells bytes in GPT-2's alphabet without cutting the text; `nil` when nothing here spells.
  fileprivate var spellingWithoutCuts: PreTokenizer? {
    switch self {
    case .byteLevel(let addPrefixSpace, let trimOffsets, _):
      return .byteLevel(
        addPrefixSpace: addPrefixSpace, trimOffsets: trimOffsets, useRegex: false)
    case .sequence(let parts): return parts.lazy.compactMap(\.spellingWithoutCuts).first
    default: return nil
    }
  }
}

/// A vocabulary that cannot be made large.
public enum LargeVocabularyError: Error, Equatable, CustomStringConvertible {
  /// Longest tokens can spell every text only where every byte is a token.
  case notByteLevel
  /// A method that needs a donor model.
  case needsDonor(String)
  /// A model whose weights are not safetensors.
  case notADirectory(String)

  public var description: String {
    switch self {
    case .notByteLevel:
      "only a byte-level byte-pair encoding can grow like this: every byte has to be a token of its own"
    case .needsDonor(let method):
      "the method \(method) needs a donor model, and here there is none; there are fvt, weighted, first, "
        + "last, ngram, mean, and averages such as first+last"
    case .notADirectory(let path):
      "\(path) is no model directory with safetensors weights"
    }
  }
}
