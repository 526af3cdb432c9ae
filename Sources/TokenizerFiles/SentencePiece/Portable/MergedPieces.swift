internal import Normalization
internal import Tokenization

/// A byte-pair encoding over `▁` words as a model of the sentencepiece library.
///
/// A token is made from two others in one way at most (see `IsolatedMerging`), so that one score per
/// token, the rank of that merge, says as much as the list of merges. Tokens that merges do not make
/// become unused pieces with scores below all others: the library merges them last and takes them
/// apart again.
struct MergedPieces {
  private(set) var model: SentencePieceDefinition
  /// What the model does not say, each a sentence.
  private(set) var losses: [String] = []

  private let definition: TokenizerDefinition
  private let bpe: BPEDefinition
  private let pipeline: SpacePipeline
  private let surroundings: PieceSurroundings
  private var ranks: [UInt64: Int] = [:]

  /// `nil` where the ids have gaps, or the tokens are not text as it stands.
  init?(_ definition: TokenizerDefinition, _ bpe: BPEDefinition) {
    guard let pipeline = SpacePipeline(definition), bpe.continuingPrefix?.isEmpty ?? true,
      bpe.endOfWordSuffix?.isEmpty ?? true
    else { return nil }
    self.definition = definition
    self.bpe = bpe
    self.pipeline = pipeline
    surroundings = PieceSurroundings(definition, unknownToken: bpe.unknownToken)
    model = SentencePieceDefinition(pieces: [], algorithm: .bpe)
    model.normalization = pipeline.normalization
    model.fallsBackToBytes = bpe.fallsBackToBytes
    losses = pipeline.losses
    for (rank, merge) in bpe.merges.enumerated() {
      ranks[Self.pair(merge.left, merge.right)] = rank
    }
    guard setPieces() else { return nil }
    surroundings.name(&model)
    checkOptions()
    losses += surroundings.losses(readAs: model)
  }

  private static func pair(_ left: TokenID, _ right: TokenID) -> UInt64 {
    UInt64(left) << 32 | UInt64(right)
  }

  // MARK: Pieces

  private mutating func setPieces() -> Bool {
    let vocabulary = TokenizerVocabulary(definition)
    guard vocabulary.ids.count == vocabulary.idBound else { return false }
    var ways: [(id: Int, rank: Int)] = []
    var reaching = 0
    for id in 0..<vocabulary.idBound {
      guard let text = vocabulary.spelling(of: TokenID(id)).map({ Array($0) }), !text.isEmpty,
        let string = String(validating: text, as: UTF8.self)
      else { return false }
      var piece = SentencePieceDefinition.Piece(text: text, score: 0, kind: .normal)
      if let kind = surroundings.kind(of: TokenID(id), string, vocabulary) {
        piece.kind = kind
      } else if bpe.fallsBackToBytes, ByteFallback.byte(text) != nil {
        piece.kind = .byte
      } else if let rank = rank(of: text) {
        if rank >= 0 { ways.append((id, rank)) }
        if rank >= 0, pipeline.cutsWords, SpaceMarks.areInside(text) { reaching += 1 }
      } else {
        piece.kind = .unused
      }
      model.pieces.append(piece)
    }
    score(ways)
    if reaching > 0 {
      losses.append(
        "that words are cut apart before merging: \(reaching) tokens reach into the next word")
    }
    return completeBytes()
  }

  /// The rank of the merge that makes a token out of its characters: −1 for a single character,
  /// `nil` when merging makes something else of it.
  private func rank(of text: [UInt8]) -> Int? {
    func id(_ range: Range<Int>) -> TokenID? { bpe.vocabulary.id(of: text[range]) }
    func rank(_ start: Int, _ cut: Int, _ end: Int) -> Int? {
      guard let left = id(start..<cut), let right = id(cut..<end) else { return nil }
      return ranks[Self.pair(left, right)]
    }
    let merging = IsolatedMerging(text[...], rank: rank)
    guard merging.parts.count == 1 else { return nil }
    guard let cut = merging.lastCut else { return -1 }
    return rank(0, cut, text.count)
  }

  /// Gives the made tokens scores in the order of their merges, characters and all others lower ones.
  private mutating func score(_ ways: [(id: Int, rank: Int)]) {
    let sorted = ways.sorted { $0.rank < $1.rank }
    for (place, way) in sorted.enumerated() { model.pieces[way.id].score = -Float(place) }
    let made = Set(ways.map(\.id))
    var place = ways.count
    for kind in [SentencePieceDefinition.Kind.normal, .unused] {
      for id in model.pieces.indices where model.pieces[id].kind == kind && !made.contains(id) {
        model.pieces[id].score = -Float(place)
        place += 1
      }
    }
  }

  /// The library needs an unknown piece, and all 256 bytes or none.
  private mutating func completeBytes() -> Bool {
    let bytes = Set(
      model.pieces.lazy.filter { $0.kind == .byte }.compactMap { ByteFallback.byte($0.text) })
    if model.fallsBackToBytes, bytes.count < 256 {
      model.fallsBackToBytes = false
      for id in model.pieces.indices where model.pieces[id].kind == .byte {
        model.pieces[id].kind = .unused
      }
      losses.append("the byte fallback: \(256 - bytes.count) bytes have no token")
    }
    if !model.pieces.contains(where: { $0.kind == .unknown }) {
      guard !model.pieces.contains(where: { $0.text == Array("<unk>".utf8) }) else { return false }
      losses.append(
        "that there is no unknown token: `<unk>` is added with the id \(model.pieces.count)"
          + (model.fallsBackToBytes
            ? "" : ", and stands for characters that would be dropped otherwise"))
      model.pieces.append(.init(text: Array("<unk>".utf8), score: 0, kind: .unknown))
    } else if !model.fallsBackToBytes {
      if bpe.unknownToken == nil {
        losses.append("that unknown characters are dropped: they become the unknown token")
      } else if !bpe.fusesUnknown {
        losses.append(
          "that each unknown character is a token: sentencepiece makes one of neighbouring ones")
      }
    }
    return true
  }

  // MARK: Options

  private mutating func checkOptions() {
    if let dropout = bpe.dropout, dropout > 0 { losses.append("the dropout of \(dropout)") }
    if bpe.mergesShareRanks {
      losses.append("which of two overlapping ways to the same token comes first")
    }
    if bpe.ignoresMerges, model.pieces.contains(where: { $0.kind == .unused }) {
      losses.append("that a word that is a token is taken whole, whatever the merges say")
    }
  }
}
