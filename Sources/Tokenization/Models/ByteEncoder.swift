/// A model with a token per byte.
struct ByteEncoder: Sendable {
  private let offset: TokenID

  init(_ definition: ByteDefinition) { offset = definition.offset }

  /// Appends the tokens of one piece.
  func encode(_ piece: ArraySlice<UInt8>, into output: inout PieceTokens) {
    for byte in piece { output.append(offset + TokenID(byte), length: 1) }
  }
}
