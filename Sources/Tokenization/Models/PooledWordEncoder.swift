/// A model with a token per word, which cuts the words itself.
struct PooledWordEncoder: Sendable {
  private let splitter: any WordSplitting

  /// - Throws: `TokenizerError` when the rule cannot be prepared.
  init(_ definition: WordDefinition) throws(TokenizerError) {
    splitter = try definition.rule.splitter()
  }

  /// Appends the tokens of one piece.
  func encode(
    _ piece: ArraySlice<UInt8>, into output: inout PieceTokens
  ) throws(TokenizerError) {
    var tokens = PieceTokens()
    try piece.withUnsafeBufferPointer { bytes throws(TokenizerError) in
      try splitter.forEachWord(in: bytes) { word, _ in
        tokens.append(0, length: word.count, isNamedByText: true)
      }
    }
    output.append(tokens, 0..<tokens.ids.count)
  }
}
