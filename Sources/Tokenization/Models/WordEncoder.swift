/// A model by itself: the tokens of words that have been normalized and cut already.
package struct WordEncoder: Sendable {
  private let encoder: PieceEncoder

  /// - Throws: `TokenizerError.unavailable` for an option that cannot be run.
  package init(_ model: TokenizationModel) throws(TokenizerError) {
    encoder = try PieceEncoder(model)
  }

  /// Whether words may be given as plain bytes instead of in the byte alphabet.
  package var acceptsBytes: Bool { encoder.acceptsBytes }

  /// The tokens of a word, each with the number of bytes of the word that it stands for.
  ///
  /// - Throws: `TokenizerError` when the word needs an unknown token that does not exist.
  package func encode(
    _ word: ArraySlice<UInt8>, isBytes: Bool
  ) throws(TokenizerError) -> [(id: TokenID, length: Int)] {
    var tokens = PieceTokens()
    if !word.isEmpty { try encoder.encode(word, isBytes: isBytes, into: &tokens) }
    return Array(zip(tokens.ids, tokens.lengths).lazy.map { (id: $0, length: $1) })
  }
}
