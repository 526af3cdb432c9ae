internal import Normalization

/// The parts of a tokenizer that covering needs, where it has the form that covering knows.
struct CoveredTokenizer {
  /// The tokens that stand for bytes of a text, with those bytes.
  var tokens: [(id: TokenID, bytes: [UInt8])] = []
  /// Those of them that are a byte of a character without a token.
  var fallbackTokens: Set<TokenID> = []
  /// How the text is cut before merging; `nil` for not at all.
  var pattern: WordPattern?
  /// Whether a word that is a token is taken whole, whatever the merges say.
  var takesWholeWords = false
  /// Whether a space is put in front of every text.
  var addsSpace = false

  /// - Throws: `CoveringError`.
  init(_ tokenizer: Tokenizer) throws {
    let definition = tokenizer.definition
    let spelling = TokenSpelling(definition, tokenizer.vocabulary)
    for id in tokenizer.vocabulary.ids {
      switch spelling.kind(of: id) {
      case .normal, .byte:
        if let bytes = spelling.text(of: id) { tokens.append((id, bytes)) }
        if spelling.isByteFallback(id) { fallbackTokens.insert(id) }
      case .added: throw CoveringError.addedTokens
      case .special, .unknown, .unused, nil: break
      }
    }
    switch definition.model {
    case .bpe(let model) where model.byteAlphabetIDs != nil: try readByteLevel(definition, model)
    case .bpe(let model) where model.fallsBackToBytes: try readMetaspace(definition)
    case .sentencePiece(let model) where model.algorithm == .bpe && model.fallsBackToBytes:
      try readSentencePiece(model)
    default: throw CoveringError.unsupportedModel
    }
  }

  private mutating func readByteLevel(
    _ definition: TokenizerDefinition, _ model: BPEDefinition
  ) throws {
    guard definition.normalizer == nil || definition.normalizer == .nfc else {
      throw CoveringError.normalizer
    }
    guard (model.continuingPrefix ?? "").isEmpty, (model.endOfWordSuffix ?? "").isEmpty else {
      throw CoveringError.unsupportedModel
    }
    let splitter = try Splitter(definition.preTokenizer, keepsBytes: true)
    guard splitter.yieldsBytes, splitter.isIdentity || splitter.wordPattern != nil else {
      throw CoveringError.preTokenizer
    }
    pattern = splitter.wordPattern
    takesWholeWords = model.ignoresMerges
  }

  /// The form in which Hugging Face's files have SentencePiece's merging.
  private mutating func readMetaspace(_ definition: TokenizerDefinition) throws {
    let space = Normalizer.replace(.literal(" "), with: "▁")
    switch (definition.normalizer, definition.preTokenizer) {
    case (space, nil): addsSpace = false
    case (.sequence([.prepend("▁"), space]), nil): addsSpace = true
    case (nil, .metaspace("▁", let prepend, split: false)): addsSpace = prepend != .never
    default: throw CoveringError.normalizer
    }
  }

  private mutating func readSentencePiece(_ model: SentencePieceDefinition) throws {
    let rules = model.normalization
    guard rules.characterMap.isEmpty, !rules.removesExtraWhitespace, rules.escapesWhitespace,
      !model.treatsWhitespaceAsSuffix
    else { throw CoveringError.normalizer }
    guard !model.pieces.contains(where: { $0.kind == .userDefined }) else {
      throw CoveringError.addedTokens
    }
    addsSpace = rules.addsDummyPrefix
  }
}

/// Why a tokenizer's texts cannot be covered byte by byte.
public enum CoveringError: Error, Equatable, CustomStringConvertible {
  /// The model is neither byte-level BPE nor BPE with byte fallback.
  case unsupportedModel
  /// The normalizer changes more than spaces.
  case normalizer
  /// The text is cut by another rule than the known word patterns.
  case preTokenizer
  /// Tokens with text are matched before the model.
  case addedTokens
  /// No token sequence spells the bytes.
  case impossible(offset: Int)

  public var description: String {
    switch self {
    case .unsupportedModel:
      "bytes can be covered only with byte-level BPE, or BPE that falls back to bytes"
    case .normalizer:
      "the tokenizer's normalizer changes the text, so that its tokens do not cover the bytes of it"
    case .preTokenizer:
      "the tokenizer cuts texts by a rule whose boundaries graft cannot follow byte by byte; known are "
        + "the patterns of GPT-2, cl100k, o200k and Tekken"
    case .addedTokens:
      "the tokenizer matches tokens with text before its model; bytes cannot be covered with those"
    case .impossible(let offset):
      "no tokens cover the text from byte \(offset) on: it is not the beginning of any UTF-8"
    }
  }
}
