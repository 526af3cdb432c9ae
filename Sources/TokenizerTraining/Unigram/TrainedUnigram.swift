public import Tokenization

/// What a `UnigramTrainer` has learnt, ready to become a tokenizer.
public struct TrainedUnigram: Sendable {
  /// A piece and its log-probability.
  public struct Piece: Sendable, Equatable {
    public var text: [UInt8]
    public var score: Float
  }

  /// The learnt pieces by descending log-probabilities.
  public let learnt: [Piece]
  /// All pieces by their ids: the special ones, with a score of 0, in the ids that they ask for, the
  /// learnt ones in between.
  public let pieces: [SentencePieceDefinition.Piece]
  private let settings: UnigramTrainerSettings

  var treatsWhitespaceAsSuffix: Bool { settings.treatsWhitespaceAsSuffix }
  var splitsByWhitespace: Bool { settings.splitsByWhitespace }
  var fallsBackToBytes: Bool { settings.specialPieces.fallsBackToBytes }

  init(
    learnt: [Piece], special: [Int: SentencePieceDefinition.Piece], settings: UnigramTrainerSettings
  ) {
    self.learnt = learnt
    self.settings = settings
    var pieces: [SentencePieceDefinition.Piece] = []
    var rest = learnt[...]
    for id in 0..<settings.vocabularySize {
      if let piece = special[id] {
        pieces.append(piece)
      } else if let piece = rest.popFirst() {
        pieces.append(.init(text: piece.text, score: piece.score, kind: .normal))
      }
    }
    self.pieces = pieces
  }

  /// The model as one of the sentencepiece library.
  ///
  /// - Parameter normalization: what was done to the text before training.
  public func sentencePieceDefinition(
    normalization: SentencePieceDefinition.Normalization
  ) -> SentencePieceDefinition {
    let special = settings.specialPieces
    var definition = SentencePieceDefinition(pieces: pieces, algorithm: .unigram)
    definition.normalization = normalization
    definition.fallsBackToBytes = special.fallsBackToBytes
    definition.treatsWhitespaceAsSuffix = settings.treatsWhitespaceAsSuffix
    definition.unknownPiece = special.unknown.text
    definition.beginningPiece = special.beginning.text
    definition.endPiece = special.end.text
    definition.paddingPiece = special.padding.text
    return definition
  }

  /// The model as one of Hugging Face's library, with the same ids.
  public var unigramDefinition: UnigramDefinition {
    var definition = UnigramDefinition(
      vocabulary: Vocabulary(
        pieces.enumerated().map { (token: $0.element.text, id: TokenID($0.offset)) }),
      scores: pieces.map { Double($0.score) })
    definition.unknownID = pieces.firstIndex { $0.kind == .unknown }.map(TokenID.init)
    definition.fallsBackToBytes = settings.specialPieces.fallsBackToBytes
    return definition
  }
}
