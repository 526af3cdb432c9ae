internal import Normalization

/// The way from a vocabulary's spelling of tokens to the bytes that they stand for.
public struct TokenSpelling: Sendable {
  private enum Scheme: Sendable {
    /// GPT-2's byte alphabet.
    case byteAlphabet
    /// SentencePiece's `▁` for a space, and `<0xNN>` for single bytes.
    case metaspace
    /// A mark before continuations; without it a token begins a word.
    case continuationPrefix([UInt8])
    /// Every token is a word.
    case words
    /// Every token is a byte.
    case bytes
    /// A token stands for any word, so that only the text tells which.
    case anyWord
    /// The text itself.
    case plain
  }
  private let scheme: Scheme
  private let endOfWordSuffix: [UInt8]
  /// The tokens.
  public let vocabulary: TokenizerVocabulary
  private let model: TokenizationModel

  /// The spelling of a definition's vocabulary.
  public init(_ definition: TokenizerDefinition, _ vocabulary: TokenizerVocabulary) {
    self.vocabulary = vocabulary
    model = definition.model
    scheme = Self.scheme(of: definition)
    if case .bpe(let model) = definition.model {
      endOfWordSuffix = Array((model.endOfWordSuffix ?? "").utf8)
    } else {
      endOfWordSuffix = []
    }
  }

  private static func scheme(of definition: TokenizerDefinition) -> Scheme {
    switch definition.model {
    case .wordPiece(let model): return pieceScheme(definition, prefix: model.continuingPrefix)
    case .wordLevel: return .words
    case .bytes: return .bytes
    case .words: return .anyWord
    case .unigram, .sentencePiece: return .metaspace
    case .bpe(let model):
      return pieceScheme(
        definition, prefix: model.continuingPrefix ?? "",
        fallsBackToBytes: model.fallsBackToBytes)
    }
  }

  /// The scheme of a model whose tokens are parts of words.
  private static func pieceScheme(
    _ definition: TokenizerDefinition, prefix: String, fallsBackToBytes: Bool = false
  ) -> Scheme {
    if !prefix.isEmpty { return .continuationPrefix(Array(prefix.utf8)) }
    if definition.usesByteAlphabet { return .byteAlphabet }
    return fallsBackToBytes || definition.usesMetaspace ? .metaspace : .plain
  }

  // MARK: Bytes

  /// The bytes that the token with `id` stands for inside a text; `nil` for an id that no token has.
  ///
  /// A token that can only begin a word begins with the space before it, whatever mark its
  /// vocabulary uses, and without any (`the` of WordPiece) unless `includesImpliedSpace` is false.
  public func text(of id: TokenID, includesImpliedSpace: Bool = true) -> [UInt8]? {
    guard let spelled = vocabulary.spelling(of: id) else { return nil }
    // An added token stands for its own content, but decoders turn `▁` into a space in all tokens,
    // and a text with spaces gives the token when the model has it too.
    if vocabulary.added[id] != nil,
      !(usesMetaspace && vocabulary.model.id(of: spelled) == id)
    {
      return spelled
    }
    if case .anyWord = scheme { return nil }
    let content = endsWord(id) ? Array(spelled.dropLast(endOfWordSuffix.count)) : spelled
    return bytes(content, includesImpliedSpace: includesImpliedSpace)
  }

  /// Whether the token is marked as the end of a word (`</w>`).
  public func endsWord(_ id: TokenID) -> Bool {
    guard !endOfWordSuffix.isEmpty, vocabulary.added[id] == nil,
      let spelled = vocabulary.spelling(of: id), spelled.count > endOfWordSuffix.count
    else { return false }
    return spelled.suffix(endOfWordSuffix.count).elementsEqual(endOfWordSuffix)
  }

  /// Whether the token is a byte of a fallback alphabet, which a text uses only where the vocabulary
  /// has no character for it.
  public func isByteFallback(_ id: TokenID) -> Bool {
    guard usesMetaspace, let spelled = vocabulary.spelling(of: id) else { return false }
    return ByteFallback.byte(spelled) != nil
  }

  private var usesMetaspace: Bool { if case .metaspace = scheme { true } else { false } }

  /// The bytes of a text that is spelled as the tokens of the model are.
  func bytes(_ spelled: [UInt8], includesImpliedSpace: Bool = true) -> [UInt8] {
    switch scheme {
    case .byteAlphabet:
      var decoded: [UInt8] = []
      return ByteAlphabet.decode(utf8: spelled[...], into: &decoded) ? decoded : spelled
    case .metaspace:
      if let byte = ByteFallback.byte(spelled) { return [byte] }
      return Array(spelled.split(on: Array("▁".utf8)).joined(separator: [0x20]))
    case .continuationPrefix(let prefix):
      let isContinuation = spelled.count > prefix.count && spelled.starts(with: prefix)
      if isContinuation { return Array(spelled.dropFirst(prefix.count)) }
      return includesImpliedSpace ? [0x20] + spelled : spelled
    case .words: return includesImpliedSpace ? [0x20] + spelled : spelled
    case .bytes: return ByteDefinition.byte(spelled).map { [$0] } ?? spelled
    case .plain, .anyWord: return spelled
    }
  }

  // MARK: Kinds

  /// What the token with `id` is; `nil` for an id that no token has.
  public func kind(of id: TokenID) -> TokenKind? {
    if let added = vocabulary.added[id] { return added.isSpecial ? .special : .added }
    guard let spelled = vocabulary.model.token(id) else { return nil }
    if case .sentencePiece(let model) = model, Int(id) < model.pieces.count {
      switch model.pieces[Int(id)].kind {
      case .unknown: return .unknown
      case .control: return .special
      case .userDefined: return .added
      case .unused: return .unused
      case .byte: return .byte
      case .normal: return .normal
      }
    }
    if isUnknown(id, Array(spelled)) { return .unknown }
    if isByteFallback(id) { return .byte }
    if case .bytes = scheme { return .byte }
    if case .byteAlphabet = scheme, bytes(Array(spelled)).count == 1 { return .byte }
    return .normal
  }

  /// Whether the model makes the token of what it has no token for. It may count as special as well.
  public func standsForUnknown(_ id: TokenID) -> Bool {
    if kind(of: id) == .unknown { return true }
    return vocabulary.model.token(id).map { isUnknown(id, Array($0)) } ?? false
  }

  private func isUnknown(_ id: TokenID, _ spelled: [UInt8]) -> Bool {
    func isName(_ name: String?) -> Bool { name.map { spelled.elementsEqual($0.utf8) } ?? false }
    return switch model {
    case .bpe(let model): isName(model.unknownToken)
    case .unigram(let model): model.unknownID == id
    case .wordPiece(let model): isName(model.unknownToken)
    case .wordLevel(let model): isName(model.unknownToken)
    case .sentencePiece, .bytes, .words: false
    }
  }
}

/// What a token is for.
public enum TokenKind: String, Sendable, CaseIterable {
  /// A piece of text.
  case normal
  /// A single byte.
  case byte
  /// Matched in the text before the model sees it.
  case added
  /// The same, and left out of decoded texts on request.
  case special
  /// Stands for what has no token.
  case unknown
  /// Never produced.
  case unused
}

extension [UInt8] {
  /// The parts between the occurrences of a separator.
  func split(on separator: [UInt8]) -> [ArraySlice<UInt8>] {
    var parts: [ArraySlice<UInt8>] = []
    var start = startIndex
    var position = startIndex
    while position + separator.count <= endIndex {
      if self[position..<(position + separator.count)].elementsEqual(separator) {
        parts.append(self[start..<position])
        position += separator.count
        start = position
      } else {
        position += 1
      }
    }
    return parts + [self[start...]]
  }
}

extension TokenizerDefinition {
  /// Whether any part of the pipeline spells bytes in GPT-2's alphabet.
  fileprivate var usesByteAlphabet: Bool {
    decoder?.contains { if case .byteLevel = $0 { true } else { false } } == true
      || preTokenizer?.contains { if case .byteLevel = $0 { true } else { false } } == true
      || normalizer?.contains { $0 == .byteLevel } == true
  }

  /// Whether any part of the pipeline spells spaces as `▁`.
  fileprivate var usesMetaspace: Bool {
    let mark = "▁"
    return decoder?.contains {
      switch $0 {
      case .metaspace: true
      case .replace(.literal(let text), _): text == mark
      default: false
      }
    } == true
      || preTokenizer?.contains { if case .metaspace = $0 { true } else { false } } == true
      || normalizer?.contains { if case .replace(_, with: mark) = $0 { true } else { false } }
        == true
  }
}

extension Decoder {
  /// Whether `predicate` holds for this decoder or one inside it.
  fileprivate func contains(where predicate: (Decoder) -> Bool) -> Bool {
    if case .sequence(let parts) = self { return parts.contains { $0.contains(where: predicate) } }
    return predicate(self)
  }
}

extension PreTokenizer {
  /// Whether `predicate` holds for this pre-tokenizer or one inside it.
  fileprivate func contains(where predicate: (PreTokenizer) -> Bool) -> Bool {
    if case .sequence(let parts) = self { return parts.contains { $0.contains(where: predicate) } }
    return predicate(self)
  }
}

extension Normalizer {
  /// Whether `predicate` holds for this normalizer or one inside it.
  fileprivate func contains(where predicate: (Normalizer) -> Bool) -> Bool {
    if case .sequence(let parts) = self { return parts.contains { $0.contains(where: predicate) } }
    return predicate(self)
  }
}
