extension BytePairEncoder {
  /// Appends the tokens of one piece, with merges left out at random. `ignoresMerges` has no effect, as
  /// in the reference.
  ///
  /// - Parameters: as `encode(_:isBytes:into:)`.
  func encode(
    _ piece: ArraySlice<UInt8>, isBytes: Bool, dropout: Float,
    using generator: inout some RandomNumberGenerator, into output: inout PieceTokens
  ) throws(TokenizerError) {
    let word = try characters(of: piece, isBytes: isBytes)
    var merging = DropoutMerging(word.tokens, merges)
    for (id, length) in merging.merge(dropout: dropout, using: &generator) {
      output.append(id, length: length)
    }
  }
}
