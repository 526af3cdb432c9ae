/// A token for each word of a text, whatever the word is: the positions of a model that pools the bytes of
/// words (Thawani et al. 2023; Neitemeier et al. 2025).
///
/// All words have one id, and a token is called what it stands for. From ids alone no text can be found.
public struct WordDefinition: Sendable, Equatable {
  public let rule: WordRule
  /// The one token.
  public let vocabulary: Vocabulary

  /// What the token of a word is called in the vocabulary: the mark that stands before every word in
  /// a hierarchical transformer.
  public static let token = "[W]"

  public init(_ rule: WordRule) {
    self.rule = rule
    var builder = Vocabulary.Builder()
    builder.add(Array(Self.token.utf8), id: 0)
    vocabulary = builder.vocabulary()
  }
}
