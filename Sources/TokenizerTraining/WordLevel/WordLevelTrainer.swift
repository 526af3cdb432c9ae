internal import Normalization
public import Tokenization

/// Takes the most frequent words as tokens, as Hugging Face's `WordLevelTrainer` does.
public struct WordLevelTrainer: Sendable {
  /// How many tokens there are to be, special tokens included.
  public var vocabularySize = 30_000
  /// How often a word must occur to become a token.
  public var minimumFrequency = 0
  /// The tokens that come first in the vocabulary.
  public var specialTokens: [String] = []

  public init() {}

  /// The words of a corpus, the most frequent first, equally frequent ones in order of their bytes.
  public func train(_ counts: WordCounts) -> WordLevelDefinition {
    let ranked = (0..<counts.count).lazy
      .filter { counts.occurrences(at: $0) >= minimumFrequency }
      .map { (word: spelled(counts, $0), occurrences: counts.occurrences(at: $0)) }
      .sorted {
        $0.occurrences != $1.occurrences
          ? $0.occurrences > $1.occurrences : $0.word.lexicographicallyPrecedes($1.word)
      }
    let tokens = (specialTokens.map { Array($0.utf8) } + ranked.map(\.word)).prefix(
      max(0, vocabularySize))
    return WordLevelDefinition(
      vocabulary: Vocabulary(
        tokens.enumerated().lazy.map { (token: $1, id: TokenID($0)) }))
  }

  private func spelled(_ counts: WordCounts, _ index: Int) -> [UInt8] {
    guard counts.areBytes else { return Array(counts.word(at: index)) }
    var word = String.UnicodeScalarView()
    for byte in counts.word(at: index) { word.append(ByteAlphabet.scalar(for: byte)) }
    return Array(String(word).utf8)
  }
}
