/// How a unigram model is trained. The defaults are those of SentencePiece, whose names for the
/// settings are in the comments.
public struct UnigramTrainerSettings: Sendable {
  /// The number of pieces, special ones included (`vocab_size`).
  public var vocabularySize = 8000
  /// Whether it is an error when the text does not yield that many pieces (`hard_vocab_limit`).
  public var needsWholeVocabulary = true
  /// The share of the text's characters that get a piece; the rarest stay unknown
  /// (`character_coverage`).
  public var characterCoverage: Float = 0.9995
  /// Characters that get a piece however rare they are (`required_chars`).
  public var requiredCharacters = ""
  /// Which substrings are candidates.
  public var seedRule = SeedRule.bytes
  /// How many substrings the training begins with, the characters not counted
  /// (`seed_sentencepiece_size`).
  public var seedSize = 1_000_000
  /// The share of the pieces that a round of pruning leaves (`shrinking_factor`).
  public var shrinkingFactor: Float = 0.75
  /// The rounds of expectation maximization before each pruning (`num_sub_iterations`).
  public var subIterations = 2
  /// Whether the scores are estimated once more after the last pruning, as sentencepiece did up to
  /// version 0.2.1. The text becomes more probable (by some 0.2 % per character), the pieces stay
  /// nearly the same.
  public var refitsScores = false
  /// The longest piece in characters (`max_sentencepiece_length`).
  public var maximumPieceLength = 16
  /// Whether pieces may not contain characters of several scripts (`split_by_unicode_script`).
  public var splitsByScript = true
  /// Whether digits count as a script of their own (`split_by_number`).
  public var splitsByNumber = true
  /// Whether each digit is a piece of its own (`split_digits`).
  public var splitsDigits = false
  /// Whether pieces may not reach over a space (`split_by_whitespace`).
  public var splitsByWhitespace = true
  /// Whether the mark of a space ends a word instead of beginning it (`treat_whitespace_as_suffix`).
  public var treatsWhitespaceAsSuffix = false
  /// Whether there may be pieces of several spaces (`allow_whitespace_only_pieces`).
  public var allowsWhitespaceOnlyPieces = false
  /// The pieces that are not learnt.
  public var specialPieces = SpecialPieces()
  /// The number of threads; `nil` for one per core. The result does not depend on it.
  public var threads: Int?

  /// What must follow a substring in the text for it to be a candidate.
  public enum SeedRule: Sendable {
    /// Different bytes, as in sentencepiece 0.2.3. A substring that only characters with the same
    /// first byte follow, such as Cyrillic letters, is none.
    case bytes
    /// Different characters, as in the paper and in sentencepiece up to version 0.2.1: more candidates
    /// in scripts outside ASCII, and a better model for them.
    case characters
  }

  /// SentencePiece's defaults.
  public init() {}

  /// - Throws: `UnigramTrainingError.badSetting`.
  func validate() throws(UnigramTrainingError) {
    func require(_ condition: Bool, _ message: String) throws(UnigramTrainingError) {
      guard condition else { throw .badSetting(message) }
    }
    try require(vocabularySize > 0, "the vocabulary size must be positive")
    try require(
      characterCoverage > 0 && characterCoverage <= 1,
      "the character coverage must be above 0 and at most 1")
    try require(
      (0...PieceEdge.maximumPieces).contains(seedSize),
      "the seed size must be from 0 to \(PieceEdge.maximumPieces)")
    try require(
      shrinkingFactor > 0 && shrinkingFactor < 1, "the shrinking factor must be between 0 and 1")
    try require(subIterations > 0, "there must be at least one sub-iteration")
    try require(
      (1...PieceEdge.maximumLength).contains(maximumPieceLength),
      "the maximum piece length must be from 1 to \(PieceEdge.maximumLength)")
    try require(threads.map { $0 > 0 } ?? true, "the number of threads must be positive")
  }
}
