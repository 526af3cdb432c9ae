internal import Normalization
internal import Tokenization

/// A unigram model of Hugging Face's parts over `▁` words as a model of the sentencepiece library.
struct UnigramPieces {
  private(set) var model: SentencePieceDefinition
  /// What the model does not say, each a sentence.
  private(set) var losses: [String] = []

  private let definition: TokenizerDefinition
  private let unigram: UnigramDefinition

  /// `nil` where the ids have gaps, there is no unknown token, or words are not marked by `▁`.
  init?(_ definition: TokenizerDefinition, _ unigram: UnigramDefinition) {
    guard let pipeline = SpacePipeline(definition), pipeline.normalization.escapesWhitespace,
      let unknown = unigram.unknownID.flatMap({ unigram.vocabulary.token($0) })
    else { return nil }
    self.definition = definition
    self.unigram = unigram
    let surroundings = PieceSurroundings(
      definition, unknownToken: String(decoding: unknown, as: UTF8.self))
    model = SentencePieceDefinition(pieces: [], algorithm: .unigram)
    model.normalization = pipeline.normalization
    losses = pipeline.losses
    guard setPieces(surroundings) else { return nil }
    surroundings.name(&model)
    checkWords(areCutApart: pipeline.cutsWords)
    checkScores()
    losses += surroundings.losses(readAs: model)
  }

  private mutating func setPieces(_ surroundings: PieceSurroundings) -> Bool {
    let vocabulary = TokenizerVocabulary(definition)
    guard vocabulary.ids.count == vocabulary.idBound else { return false }
    for id in 0..<vocabulary.idBound {
      guard let text = vocabulary.spelling(of: TokenID(id)).map({ Array($0) }), !text.isEmpty,
        let string = String(validating: text, as: UTF8.self)
      else { return false }
      let score = id < unigram.scores.count ? Float(unigram.scores[id]) : 0
      var piece = SentencePieceDefinition.Piece(text: text, score: score, kind: .normal)
      if let kind = surroundings.kind(of: TokenID(id), string, vocabulary) {
        piece.kind = kind
        if vocabulary.added[TokenID(id)] == nil {
          losses.append("that the text `\(string)` is the special token")
        }
      } else if unigram.fallsBackToBytes, ByteFallback.byte(text) != nil {
        piece.kind = .byte
      }
      model.pieces.append(piece)
    }
    let bytes = model.pieces.lazy.filter { $0.kind == .byte }.count
    model.fallsBackToBytes = unigram.fallsBackToBytes && bytes == 256
    if unigram.fallsBackToBytes, bytes < 256 {
      losses.append("the byte fallback: \(256 - bytes) bytes have no token")
      for id in model.pieces.indices where model.pieces[id].kind == .byte {
        model.pieces[id].kind = .unused
      }
    }
    return true
  }

  /// Whether cutting words apart makes a difference.
  private mutating func checkWords(areCutApart: Bool) {
    let normal = model.pieces.filter { $0.kind == .normal }
    let reaching = normal.filter { SpaceMarks.areInside($0.text) }.count
    if areCutApart, reaching > 0 {
      losses.append("that words are cut apart first: \(reaching) tokens reach into the next word")
    }
    let hasMark = normal.contains { $0.text == SpaceMarks.mark }
    if areCutApart, !model.fallsBackToBytes, !hasMark {
      losses.append("that unknown words side by side are a token each")
    }
  }

  private mutating func checkScores() {
    losses.append(
      "that scores are added in double precision: of two ways to cut a word whose scores are equal "
        + "but for rounding, as in long runs of one character, the other may be taken")
    let normal = model.pieces.lazy.filter { $0.kind == .normal }.map(\.score).min()
    if normal != unigram.scores.min().map({ Float($0) }) {
      losses.append("how much less probable than others an unknown character is")
    }
  }
}
