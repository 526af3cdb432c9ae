internal import Normalization
public import Tokenization

/// Learns byte-pair encodings: the most frequent pair of neighbours becomes a token, again and again
/// (Sennrich, Haddow and Birch 2016).
///
/// Tokens, ids and merges are those of Hugging Face's `BpeTrainer` under the same settings. Where that
/// one leaves the order to chance, this is a possible outcome of it: characters with a prefix or a
/// suffix get their ids in order of the characters, and of equally frequent characters
/// `alphabetLimit` keeps the lower ones.
public struct BPETrainer: Sendable {
  /// What is learned.
  public struct Settings: Sendable, Equatable {
    /// How many tokens there are to be, special tokens and alphabet included. The result is larger
    /// when these alone are more, and smaller when no pair is left.
    public var vocabularySize = 30_000
    /// How often a pair must occur to become a token.
    public var minimumFrequency = 0
    /// The tokens that come first in the vocabulary.
    public var specialTokens: [String] = []
    /// Whether the tokens `<0x00>` … `<0xFF>` follow the special ones, for characters outside the
    /// alphabet.
    public var fallsBackToBytes = false
    /// How many characters the alphabet may have; the most frequent ones are kept.
    public var alphabetLimit: Int?
    /// Characters that belong to the alphabet whether they occur or not.
    public var initialAlphabet: Set<Unicode.Scalar> = []
    /// Pairs that would be so many characters long, or longer, are not formed. (The reference's
    /// `max_token_length`, which the first pair of two characters may exceed.)
    public var maximumTokenLength: Int?
    /// What stands before every character of a word but the first.
    public var continuingPrefix: String?
    /// What stands after the last character of a word.
    public var endOfWordSuffix: String?

    public init() {}
  }

  public var settings: Settings

  public init(_ settings: Settings = Settings()) { self.settings = settings }

  /// The 256 characters of GPT-2's byte alphabet, the initial alphabet of a byte-level tokenizer.
  public static let byteAlphabet = Set((UInt8.min...UInt8.max).map(ByteAlphabet.scalar(for:)))

  /// Learns the merges of a corpus.
  ///
  /// - Throws: `TrainingError` when the corpus is too large, and what `progress` throws.
  /// - Complexity: about O(length of all different words · log of the number of pairs); memory for
  ///   about 20 bytes per character of all different words.
  public func train(
    _ counts: WordCounts, progress: TrainingProgress = { _, _ in }
  ) throws -> BPEDefinition {
    var symbols = SymbolTable()
    for token in settings.specialTokens { symbols.add(Array(token.utf8)) }
    if settings.fallsBackToBytes {
      for byte in UInt8.min...UInt8.max { symbols.add(Array(ByteFallback.token(byte).utf8)) }
    }
    let alphabet = TrainingAlphabet(
      counts, including: settings.initialAlphabet, limit: settings.alphabetLimit)
    for scalar in alphabet.scalars { symbols.add(Array(String(scalar).utf8)) }
    let words = try TrainingWords(
      counts, &symbols, prefix: settings.continuingPrefix, suffix: settings.endOfWordSuffix)
    var learner = MergeLearner(words, symbols, settings)
    try learner.learn(progress)
    return definition(learner)
  }

  private func definition(_ learner: borrowing MergeLearner) -> BPEDefinition {
    var model = BPEDefinition(
      vocabulary: learner.symbols.vocabulary, merges: learner.distinctMerges)
    model.continuingPrefix = settings.continuingPrefix
    model.endOfWordSuffix = settings.endOfWordSuffix
    model.fallsBackToBytes = settings.fallsBackToBytes
    return model
  }
}
