/// A model with a token per word: Hugging Face's `WordLevel`.
struct WordLevelEncoder: Sendable {
  private let definition: WordLevelDefinition
  private let unknownID: TokenID?

  init(_ definition: WordLevelDefinition) {
    self.definition = definition
    unknownID = definition.vocabulary.id(of: Array(definition.unknownToken.utf8))
  }

  /// Appends the token of one word, or the unknown token.
  ///
  /// - Throws: `TokenizerError.missingUnknownToken` when it is needed but not in the vocabulary.
  func encode(
    _ piece: ArraySlice<UInt8>, into output: inout PieceTokens
  ) throws(TokenizerError) {
    guard let id = definition.vocabulary.id(of: piece) ?? unknownID else {
      throw .missingUnknownToken(definition.unknownToken)
    }
    output.append(id, length: piece.count)
  }
}
