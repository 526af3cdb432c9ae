public import Normalization

/// Everything that a tokenizer file says, independent of the format that says it.
///
/// Every format is read into this and written from it; a `Tokenizer` is compiled from it. The parts
/// and their names are those of Hugging Face's `tokenizer.json`, the richest of the formats.
public struct TokenizerDefinition: Sendable, Equatable {
  public var normalizer: Normalizer?
  public var preTokenizer: PreTokenizer?
  public var model: TokenizationModel
  public var postProcessor: PostProcessor?
  public var decoder: Decoder?
  /// The tokens that are matched in the text before the model sees it, in the order of the file.
  public var addedTokens: [AddedToken]
  /// How the file asks for long texts to be cut; see `Tokenizer.storedOptions`.
  public var truncation: Truncation?
  /// How the file asks for short texts to be filled up; see `Tokenizer.storedOptions`.
  public var padding: Padding?
  /// When added tokens are matched, and where their ids come from.
  public var addedTokenPolicy = AddedTokenPolicy.alwaysMatched

  public init(
    normalizer: Normalizer? = nil, preTokenizer: PreTokenizer? = nil, model: TokenizationModel,
    postProcessor: PostProcessor? = nil, decoder: Decoder? = nil, addedTokens: [AddedToken] = []
  ) {
    self.normalizer = normalizer
    self.preTokenizer = preTokenizer
    self.model = model
    self.postProcessor = postProcessor
    self.decoder = decoder
    self.addedTokens = addedTokens
  }
}

/// How pieces of text become ids.
public enum TokenizationModel: Sendable, Equatable {
  case bpe(BPEDefinition)
  case unigram(UnigramDefinition)
  case wordPiece(WordPieceDefinition)
  case wordLevel(WordLevelDefinition)
  case sentencePiece(SentencePieceDefinition)
  case bytes(ByteDefinition)
  case words(WordDefinition)

  /// The tokens of the model itself, without those that are added beside it.
  public var vocabulary: Vocabulary {
    switch self {
    case .bpe(let definition): definition.vocabulary
    case .unigram(let definition): definition.vocabulary
    case .wordPiece(let definition): definition.vocabulary
    case .wordLevel(let definition): definition.vocabulary
    case .sentencePiece(let definition): definition.vocabulary
    case .bytes(let definition): definition.vocabulary
    case .words(let definition): definition.vocabulary
    }
  }

  /// How many ids the model has. In a unigram model a token may have several, of which it uses the
  /// last.
  public var tokenCount: Int {
    if case .unigram(let definition) = self { return definition.scores.count }
    return vocabulary.count
  }
}

/// Byte-pair encoding (Sennrich, Haddow and Birch 2016) with the options of Hugging Face's `BPE`.
public struct BPEDefinition: Sendable, Equatable {
  /// Two neighbouring tokens that become one.
  public struct Merge: Sendable, Equatable {
    public var left: TokenID
    public var right: TokenID
    public var result: TokenID

    public init(left: TokenID, right: TokenID, result: TokenID) {
      self.left = left
      self.right = right
      self.result = result
    }
  }

  public var vocabulary: Vocabulary
  /// In order of rank: earlier merges are made first.
  public var merges: [Merge]
  /// Whether merges with the same result have the same rank, so that the leftmost is made first.
  ///
  /// tiktoken knows no merges, only ranks of tokens: neighbours merge whenever they form a token.
  /// The list then holds every way to cut each token into two, the tokens in order of rank.
  public var mergesShareRanks = false
  /// The token for characters that are not in the vocabulary; they are dropped when it is `nil`.
  public var unknownToken: String?
  /// Whether neighbouring unknown characters become one unknown token.
  public var fusesUnknown = false
  /// What stands before every character of a word but the first.
  public var continuingPrefix: String?
  /// What stands after the last character of a word.
  public var endOfWordSuffix: String?
  /// Whether unknown characters are spelled with the tokens `<0x00>` … `<0xFF>`.
  public var fallsBackToBytes = false
  /// Whether a word that is a token is taken whole, whatever the merges say.
  public var ignoresMerges = false
  /// The probability with which a merge is skipped (BPE-dropout, Provilkov et al. 2020).
  public var dropout: Float?

  public init(vocabulary: Vocabulary, merges: [Merge]) {
    self.vocabulary = vocabulary
    self.merges = merges
  }
}

/// A unigram language model over pieces (Kudo 2018).
public struct UnigramDefinition: Sendable, Equatable {
  public var vocabulary: Vocabulary
  /// The log-probability of each piece, in the order of the ids.
  public var scores: [Double]
  public var unknownID: TokenID?
  public var fallsBackToBytes = false

  public init(vocabulary: Vocabulary, scores: [Double]) {
    self.vocabulary = vocabulary
    self.scores = scores
  }
}

/// Greedy longest-prefix matching with marked continuations (BERT).
public struct WordPieceDefinition: Sendable, Equatable {
  public var vocabulary: Vocabulary
  public var unknownToken = "[UNK]"
  public var continuingPrefix = "##"
  public var maximumWordLength = 100

  public init(vocabulary: Vocabulary) { self.vocabulary = vocabulary }
}

/// A token per word.
public struct WordLevelDefinition: Sendable, Equatable {
  public var vocabulary: Vocabulary
  public var unknownToken = "<unk>"

  public init(vocabulary: Vocabulary) { self.vocabulary = vocabulary }
}

/// When added tokens are matched in a text, and where their ids come from.
public enum AddedTokenPolicy: Sendable, Equatable {
  /// Always. Ids are assigned as Hugging Face's library does it; see `TokenizerVocabulary`.
  case alwaysMatched
  /// Always. Ids are those that the file states.
  case alwaysMatchedWithStatedIDs
  /// Only when special tokens are asked for, as `encode` and `encode_ordinary` of tiktoken differ.
  /// Ids are those that the file states.
  case matchedWithSpecialTokens
  /// Never: the text of a special token is a text like any other, as in SentencePiece and Tekken.
  /// Ids are those that the file states.
  case neverMatched

  /// Whether added tokens are matched in a text that is encoded with or without special tokens.
  func matches(withSpecialTokens: Bool) -> Bool {
    switch self {
    case .alwaysMatched, .alwaysMatchedWithStatedIDs: true
    case .matchedWithSpecialTokens: withSpecialTokens
    case .neverMatched: false
    }
  }
}

/// A token that is matched in the text as it stands, before the model.
public struct AddedToken: Sendable, Equatable {
  /// The id that the file states. The reference derives ids itself; see
  /// `TokenizerVocabulary`.
  public var id: TokenID
  public var content: String
  /// Matches only where no word character touches it.
  public var isSingleWord: Bool
  /// Takes the white space to its left with it.
  public var stripsLeft: Bool
  /// Takes the white space to its right with it.
  public var stripsRight: Bool
  /// Is looked for in the normalized text, in its normalized form.
  public var isNormalized: Bool
  /// Can be left out when ids are decoded.
  public var isSpecial: Bool

  public init(
    id: TokenID, content: String, isSingleWord: Bool = false, stripsLeft: Bool = false,
    stripsRight: Bool = false, isNormalized: Bool = true, isSpecial: Bool = false
  ) {
    self.id = id
    self.content = content
    self.isSingleWord = isSingleWord
    self.stripsLeft = stripsLeft
    self.stripsRight = stripsRight
    self.isNormalized = isNormalized
    self.isSpecial = isSpecial
  }
}
