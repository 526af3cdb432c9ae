/// A model ready to turn pieces of text into ids, whichever kind it is.
enum PieceEncoder: Sendable {
  case bytePair(BytePairEncoder)
  case unigram(UnigramEncoder)
  case wordPiece(WordPieceEncoder)
  case wordLevel(WordLevelEncoder)
  case bytes(ByteEncoder)
  case words(PooledWordEncoder)

  /// A model's dropout is not applied; see `TokenSampling`.
  ///
  /// - Throws: `TokenizerError.unavailable` for a model that runs by itself only.
  init(_ model: TokenizationModel) throws(TokenizerError) {
    switch model {
    case .bpe(let definition): self = .bytePair(BytePairEncoder(definition))
    case .unigram(let definition): self = .unigram(UnigramEncoder(definition))
    case .wordPiece(let definition): self = .wordPiece(WordPieceEncoder(definition))
    case .wordLevel(let definition): self = .wordLevel(WordLevelEncoder(definition))
    case .bytes(let definition): self = .bytes(ByteEncoder(definition))
    case .words(let definition): self = .words(try PooledWordEncoder(definition))
    case .sentencePiece: throw .unavailable("a SentencePiece model inside another pipeline")
    }
  }

  /// Whether pieces may be given as plain bytes instead of in the byte alphabet.
  var acceptsBytes: Bool {
    switch self {
    case .bytePair(let encoder): encoder.acceptsBytes
    case .unigram, .wordPiece, .wordLevel, .bytes, .words: false
    }
  }

  /// Appends the tokens of one piece to `output`.
  ///
  /// - Parameters:
  ///   - piece: a non-empty text, or bytes when `isBytes`.
  ///   - isBytes: whether the piece is to be read in the byte alphabet; needs `acceptsBytes`.
  /// - Throws: `TokenizerError` when the piece needs an unknown token that does not exist.
  func encode(
    _ piece: ArraySlice<UInt8>, isBytes: Bool, into output: inout PieceTokens
  ) throws(TokenizerError) {
    switch self {
    case .bytePair(let encoder): try encoder.encode(piece, isBytes: isBytes, into: &output)
    case .unigram(let encoder): try encoder.encode(piece, into: &output)
    case .wordPiece(let encoder): try encoder.encode(piece, into: &output)
    case .wordLevel(let encoder): try encoder.encode(piece, into: &output)
    case .bytes(let encoder): encoder.encode(piece, into: &output)
    case .words(let encoder): try encoder.encode(piece, into: &output)
    }
  }
}
