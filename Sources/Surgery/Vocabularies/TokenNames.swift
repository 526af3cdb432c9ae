public import Tokenization
internal import TokenizerFiles

/// Tokens by what people call them: as the vocabulary spells them, or by the text that they stand for.
public struct TokenNames: Sendable {
  private let vocabulary: TokenizerVocabulary
  private let byText: [[UInt8]: [TokenID]]

  /// The tokens of a model.
  public init(_ model: ModelDirectory) {
    vocabulary = model.vocabulary
    let spelling = TokenSpelling(model.tokenizer, model.vocabulary)
    var byText: [[UInt8]: [TokenID]] = [:]
    for id in model.vocabulary.ids {
      if case .text(let text)? = spelling.surface(of: id, model.specialTokens) {
        byText[text, default: []].append(id)
      }
    }
    self.byText = byText
  }

  /// The ids of the tokens with that name; none when there is no such token.
  public func ids(_ name: String) -> [TokenID] {
    vocabulary.id(of: name).map { [$0] } ?? byText[Array(name.utf8)] ?? []
  }
}
