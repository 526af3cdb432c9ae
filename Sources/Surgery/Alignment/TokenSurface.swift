internal import Normalization
internal import Tokenization

/// What a token stands for, independent of how its vocabulary spells it.
///
/// Two tokens of two vocabularies with the same surface mean the same.
public enum TokenSurface: Sendable, Hashable {
  /// The bytes that the token decodes to inside a text. A token that can only begin a word begins
  /// with the space before it, whatever mark its vocabulary uses.
  case text([UInt8])
  /// The same for a token that can only end a word (`</w>`).
  case wordEnd([UInt8])
  /// A control token, which stands for no text; known by its name.
  case special(String)
}

/// The way from a vocabulary's spelling to surfaces.
struct TokenSpelling {
  private enum Scheme {
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
    /// The text itself.
    case plain
  }
  private let scheme: Scheme
  private let endOfWordSuffix: [UInt8]
  private let vocabulary: TokenizerVocabulary
  private let specialTokens: SpecialTokens

  init(
    _ definition: TokenizerDefinition, _ vocabulary: TokenizerVocabulary, _ special: SpecialTokens
  ) {
    self.vocabulary = vocabulary
    specialTokens = special
    scheme = Self.scheme(of: definition)
    if case .bpe(let model) = definition.model {
      endOfWordSuffix = Array((model.endOfWordSuffix ?? "").utf8)
    } else {
      endOfWordSuffix = []
    }
  }

  private static func scheme(of definition: TokenizerDefinition) -> Scheme {
    switch definition.model {
    case .wordPiece(let model): return .continuationPrefix(Array(model.continuingPrefix.utf8))
    case .wordLevel: return .words
    case .bytes: return .bytes
    case .unigram, .sentencePiece: return .metaspace
    case .bpe(let model):
      if let prefix = model.continuingPrefix, !prefix.isEmpty {
        return .continuationPrefix(Array(prefix.utf8))
      }
      if definition.usesByteAlphabet { return .byteAlphabet }
      return model.fallsBackToBytes || definition.usesMetaspace ? .metaspace : .plain
    }
  }

  /// The surface of the token with `id`.
  func surface(of id: TokenID) -> TokenSurface? {
    guard let spelled = vocabulary.spelling(of: id) else { return nil }
    let added = vocabulary.added[id]
    if added?.isSpecial == true || !specialTokens.roles(of: id).isEmpty {
      return .special(String(decoding: spelled, as: UTF8.self))
    }
    // An added token stands for its own content, but decoders turn `▁` into a space in all tokens, and
    // a text with spaces gives the token when the model has it too.
    if added != nil, !(usesMetaspace && vocabulary.model.id(of: spelled) == id) {
      return .text(spelled)
    }
    if !endOfWordSuffix.isEmpty, spelled.count > endOfWordSuffix.count,
      spelled.suffix(endOfWordSuffix.count).elementsEqual(endOfWordSuffix)
    {
      return .wordEnd(bytes(Array(spelled.dropLast(endOfWordSuffix.count))))
    }
    return .text(bytes(spelled))
  }

  /// Whether the token is a byte of a fallback alphabet, which a text uses only where the vocabulary
  /// has no character for it.
  func isByteFallback(_ id: TokenID) -> Bool {
    guard usesMetaspace, let spelled = vocabulary.spelling(of: id) else { return false }
    return ByteFallback.byte(spelled) != nil
  }

  private var usesMetaspace: Bool { if case .metaspace = scheme { true } else { false } }

  private func bytes(_ spelled: [UInt8]) -> [UInt8] {
    switch scheme {
    case .byteAlphabet: return ByteAlphabet.decode(spelled.scalars) ?? spelled
    case .metaspace:
      if let byte = ByteFallback.byte(spelled) { return [byte] }
      return Array(spelled.split(on: Array("▁".utf8)).joined(separator: [0x20]))
    case .continuationPrefix(let prefix):
      let isContinuation = spelled.count > prefix.count && spelled.starts(with: prefix)
      return isContinuation ? Array(spelled.dropFirst(prefix.count)) : [0x20] + spelled
    case .words: return [0x20] + spelled
    case .bytes: return ByteDefinition.byte(spelled).map { [$0] } ?? spelled
    case .plain: return spelled
    }
  }
}

extension [UInt8] {
  /// The parts between the occurrences of a separator.
  fileprivate func split(on separator: [UInt8]) -> [ArraySlice<UInt8>] {
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
