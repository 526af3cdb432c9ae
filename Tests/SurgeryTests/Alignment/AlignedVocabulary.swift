import ByteIO
import Normalization
import Tokenization

@testable import Surgery

/// One side of an alignment.
struct AlignedVocabulary {
  var definition: TokenizerDefinition
  let vocabulary: TokenizerVocabulary
  let specialTokens: SpecialTokens

  /// - Parameters:
  ///   - roles: what `tokenizer_config.json` says: `["bos": "<s>"]`.
  ///   - config: `config.json`.
  init(
    _ definition: TokenizerDefinition, roles: [String: String] = [:], config: String = "{}"
  ) throws {
    self.definition = definition
    vocabulary = TokenizerVocabulary(definition)
    let members = roles.map { "\"\($0.key)_token\":\(JSONText.string($0.value))" }
    let file = "{" + members.joined(separator: ",") + "}"
    specialTokens = SpecialTokens(
      tokenizerFiles: [try JSON(parsing: Array(file.utf8), source: "tokenizer_config.json")],
      config: try JSON(parsing: Array(config.utf8), source: "config.json"), vocabulary: vocabulary)
  }

  func surface(_ id: TokenID) -> TokenSurface? {
    TokenSpelling(definition, vocabulary).surface(of: id, specialTokens)
  }

  /// The surface of the token that is spelled so.
  func surface(of spelling: String) -> TokenSurface? {
    vocabulary.id(of: spelling).flatMap(surface)
  }

  func receiving(_ donor: AlignedVocabulary) -> VocabularyAlignment {
    VocabularyAlignment(
      base: (definition, vocabulary, specialTokens),
      donor: (donor.definition, donor.vocabulary, donor.specialTokens))
  }
}

/// The ways in which vocabularies spell the same bytes.
enum SpellingScheme: CaseIterable {
  case byteAlphabet, metaspace, unigram, wordPiece, words, plain, suffixed

  /// A tokenizer with these spellings under the ids 0, 1, ….
  func definition(_ spellings: [String], added: [AddedToken] = []) -> TokenizerDefinition {
    let vocabulary = Vocabulary(
      spellings.enumerated().map { (token: Array($0.element.utf8), id: TokenID($0.offset)) })
    var bpe = BPEDefinition(vocabulary: vocabulary, merges: [])
    var definition = TokenizerDefinition(model: .bpe(bpe), addedTokens: added)
    switch self {
    case .byteAlphabet: definition.decoder = .sequence([.fuse, .byteLevel])
    case .metaspace:
      bpe.fallsBackToBytes = true
      definition.model = .bpe(bpe)
      definition.decoder = .sequence([.replace(.literal("▁"), with: " "), .byteFallback, .fuse])
    case .unigram:
      let scores = spellings.map { _ in 0.0 }
      definition.model = .unigram(UnigramDefinition(vocabulary: vocabulary, scores: scores))
    case .wordPiece: definition.model = .wordPiece(WordPieceDefinition(vocabulary: vocabulary))
    case .words: definition.model = .wordLevel(WordLevelDefinition(vocabulary: vocabulary))
    case .plain: break
    case .suffixed:
      bpe.endOfWordSuffix = "</w>"
      definition.model = .bpe(bpe)
      definition.preTokenizer = .byteLevel(
        addPrefixSpace: false, trimOffsets: false, useRegex: true)
    }
    return definition
  }

  /// How the scheme spells a text; `nil` where it cannot.
  func spelling(of text: String) -> String? {
    switch self {
    case .byteAlphabet: return Self.byteAlphabet(Array(text.utf8))
    case .metaspace, .unigram: return text.map { $0 == " " ? "▁" : String($0) }.joined()
    case .wordPiece:
      guard let word = Self.word(text) else { return text.contains(" ") ? nil : "##" + text }
      return word
    case .words: return Self.word(text)
    case .plain: return text
    case .suffixed: return Self.byteAlphabet(Array(text.utf8))
    }
  }

  /// The word that a space begins; `nil` for what is not one.
  private static func word(_ text: String) -> String? {
    guard text.hasPrefix(" "), text.count > 1, !text.dropFirst().contains(" ") else { return nil }
    return String(text.dropFirst())
  }

  /// GPT-2's `bytes_to_unicode`, written down from its definition.
  static func byteAlphabet(_ bytes: [UInt8]) -> String {
    var next: UInt32 = 256
    var alphabet: [UInt8: Unicode.Scalar] = [:]
    for byte in UInt8.min...UInt8.max {
      switch byte {
      case 33...126, 161...172, 174...255: alphabet[byte] = Unicode.Scalar(byte)
      default:
        alphabet[byte] = Unicode.Scalar(next)
        next += 1
      }
    }
    var result = ""
    for byte in bytes { result.unicodeScalars.append(alphabet[byte] ?? "?") }
    return result
  }
}
