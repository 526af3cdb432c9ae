/// A model of the sentencepiece library (Kudo and Richardson 2018), with all that its tokenization
/// depends on.
///
/// The library is a tokenizer of its own: it normalizes, cuts and decodes by other rules than
/// Hugging Face's parts, even where those were made to imitate it. Such a definition has no
/// normalizer, pre-tokenizer or decoder beside it.
public struct SentencePieceDefinition: Sendable {
  /// How a text is cut into pieces. The numbers are those of the format.
  public enum Algorithm: Int, Sendable, Equatable {
    /// The most probable sequence of pieces (Kudo 2018).
    case unigram = 1
    /// Merges by the score of the result.
    case bpe = 2
    /// A piece per word.
    case word = 3
    /// A piece per character.
    case character = 4
  }

  /// What a piece is for. The numbers are those of the format.
  public enum Kind: Int, Sendable, Equatable {
    case normal = 1
    /// Stands for what has no piece; there is exactly one.
    case unknown = 2
    /// Never matches a text and decodes to nothing.
    case control = 3
    /// Always matched whole.
    case userDefined = 4
    /// Never produced.
    case unused = 5
    /// One byte, spelled `<0x0A>`.
    case byte = 6
  }

  /// One entry of the vocabulary.
  public struct Piece: Sendable, Equatable {
    public var text: [UInt8]
    public var score: Float
    public var kind: Kind

    public init(text: [UInt8], score: Float, kind: Kind) {
      self.text = text
      self.score = score
      self.kind = kind
    }
  }

  /// What is done to a text before it is cut (`NormalizerSpec`).
  public struct Normalization: Sendable, Equatable {
    /// What the rules are called, for instance `nmt_nfkc`.
    public var name = "identity"
    /// The compiled character map; empty for none.
    public var characterMap: [UInt8] = []
    /// Whether a space is put in front of the text.
    public var addsDummyPrefix = true
    /// Whether spaces at the ends are dropped and runs of them become one.
    public var removesExtraWhitespace = true
    /// Whether a space is spelled `▁`.
    public var escapesWhitespace = true

    public init() {}
  }

  /// Parts of a file that tokenization does not depend on, kept so that it can be written again.
  public struct CarriedFields: Sendable {
    /// Pieces that are not spelled in the usual way or say more than is known here, by their ids.
    public var pieces: [Int: [UInt8]] = [:]
    /// The trainer's settings in the format's encoding.
    public var trainer: [UInt8] = []
    /// The normalizer's settings.
    public var normalizer: [UInt8] = []
    /// The denormalizer's settings.
    public var denormalizer: [UInt8] = []
    /// All other fields of the file.
    public var others: [UInt8] = []

    public init() {}
  }

  public var pieces: [Piece]
  public var algorithm: Algorithm
  public var normalization = Normalization()
  /// What is done to a decoded text; `nil` for nothing.
  public var denormalization: Normalization?
  /// Whether unknown characters are spelled with byte pieces.
  public var fallsBackToBytes = false
  /// Whether the mark of a space ends a word instead of beginning the next.
  public var treatsWhitespaceAsSuffix = false
  /// What the unknown piece decodes to.
  public var unknownSurface = " \u{2047} "
  /// The names of the pieces with a role.
  public var unknownPiece = "<unk>"
  public var beginningPiece = "<s>"
  public var endPiece = "</s>"
  public var paddingPiece = "<pad>"
  public var carried = CarriedFields()

  public init(pieces: [Piece], algorithm: Algorithm) {
    self.pieces = pieces
    self.algorithm = algorithm
  }

  /// The pieces as a vocabulary: a piece's id is its place. A text that is a control piece and a
  /// normal one has the id of the latter.
  public var vocabulary: Vocabulary {
    var builder = Vocabulary.Builder()
    for (id, piece) in pieces.enumerated() { builder.add(piece.text, id: TokenID(id)) }
    return builder.vocabulary()
  }

  /// The id of the control piece with that name; `nil` when there is none.
  public func controlID(_ name: String) -> TokenID? {
    let text = Array(name.utf8)
    return pieces.firstIndex { $0.kind == .control && $0.text == text }.map(TokenID.init)
  }
}

extension SentencePieceDefinition: Equatable {
  /// Whether the two tokenize and decode every text equally. What is only carried is not compared.
  public static func == (left: Self, right: Self) -> Bool {
    left.pieces == right.pieces && left.algorithm == right.algorithm
      && left.normalization == right.normalization
      && left.denormalization == right.denormalization
      && left.fallsBackToBytes == right.fallsBackToBytes
      && left.treatsWhitespaceAsSuffix == right.treatsWhitespaceAsSuffix
      && left.unknownSurface == right.unknownSurface && left.unknownPiece == right.unknownPiece
      && left.beginningPiece == right.beginningPiece && left.endPiece == right.endPiece
      && left.paddingPiece == right.paddingPiece
  }
}

// MARK: - Use in a tokenizer

extension TokenizerDefinition {
  /// The definition of a tokenizer with a model of the sentencepiece library.
  ///
  /// The control pieces and the unknown piece are its special tokens. The pieces for the
  /// beginning and the end stand around a text, as with `add_bos` and `add_eos`, where they are
  /// control pieces: the model does not say which of the two a language model wants. What stands
  /// beside it in a model directory may.
  public init(_ model: SentencePieceDefinition) {
    self.init(model: .sentencePiece(model))
    addedTokenPolicy = .neverMatched
    for (id, piece) in model.pieces.enumerated()
    where piece.kind == .control || piece.kind == .unknown {
      addedTokens.append(
        AddedToken(
          id: TokenID(id), content: String(decoding: piece.text, as: UTF8.self),
          isNormalized: false, isSpecial: true))
    }
    postProcessor = PostProcessor.surrounding(
      beginning: model.controlID(model.beginningPiece).map { id in
        PostProcessor.SpecialToken(token: model.beginningPiece, id: id)
      },
      end: model.controlID(model.endPiece).map { id in
        PostProcessor.SpecialToken(token: model.endPiece, id: id)
      })
  }
}

extension PostProcessor {
  /// A template that puts the given tokens around each text; `nil` when there are none.
  public static func surrounding(beginning: SpecialToken?, end: SpecialToken?) -> PostProcessor? {
    guard beginning != nil || end != nil else { return nil }
    func places(_ sequence: Template.Sequence) -> [Template.Piece] {
      var places: [Template.Piece] = []
      if let beginning { places.append(.special(beginning.token, typeID: 0)) }
      places.append(.sequence(sequence, typeID: 0))
      if let end { places.append(.special(end.token, typeID: 0)) }
      return places
    }
    var specialTokens: [String: [SpecialToken]] = [:]
    for token in [beginning, end] {
      if let token { specialTokens[token.token] = [token] }
    }
    return .template(
      Template(single: places(.a), pair: places(.a) + places(.b), specialTokens: specialTokens))
  }
}
