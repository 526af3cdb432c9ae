/// What is done to a text before it is cut, in the terms of Hugging Face's `tokenizer.json`.
public indirect enum Normalizer: Sendable, Equatable {
  /// The four Unicode normalization forms (UAX #15).
  case nfc, nfd, nfkc, nfkd
  /// Each scalar's full lower-case mapping, without context.
  case lowercase
  /// Drops white space at the ends.
  case strip(left: Bool, right: Bool)
  /// Drops combining marks; follows a decomposition.
  case stripAccents
  /// Puts a text in front of a non-empty text.
  case prepend(String)
  /// Replaces every match.
  case replace(TextPattern, with: String)
  /// Spells every byte as a character of GPT-2's byte alphabet.
  case byteLevel
  /// SentencePiece's control-character and white-space clean-up.
  case nmt
  /// BERT's clean-up: control characters, spaces around Chinese characters, accents, case.
  /// `stripAccents` follows `lowercase` where it is `nil`.
  case bert(cleanText: Bool, spaceChinese: Bool, stripAccents: Bool?, lowercase: Bool)
  /// SentencePiece's compiled character map, in its binary form.
  case precompiled([UInt8])
  case sequence([Normalizer])
}

/// What a replacement or a split looks for.
public enum TextPattern: Sendable, Equatable {
  /// The text itself.
  case literal(String)
  /// An Oniguruma regular expression.
  case regex(String)
  /// A regular expression of Rust's fancy-regex, the engine of tiktoken.
  case fancyRegex(String)
}

/// A normalizer ready to run: nested sequences are flat, patterns are compiled.
public struct CompiledNormalizer: Sendable {
  private enum Step: Sendable {
    case form(NormalizationForm)
    case lowercase
    case strip(left: Bool, right: Bool)
    case stripAccents
    case prepend(String)
    case replace(TextMatcher, with: String)
    case byteLevel
    case nmt
    case cleanForBert
    case spaceChinese
    case dropNonspacingMarks
    case characterMap(CharacterMap)
  }
  private var steps: [Step] = []

  /// - Throws: `NormalizationError` when a pattern is not valid or a kind of normalizer is not
  ///   available.
  public init(_ normalizer: Normalizer?) throws(NormalizationError) {
    if let normalizer { try append(normalizer) }
  }

  /// Whether the normalizer leaves every text as it is.
  public var isIdentity: Bool { steps.isEmpty }

  /// Whether `text`, which is well-formed, is quickly seen to stay as it is.
  package func keeps(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    steps.allSatisfy { step in
      switch step {
      // Up to U+02FF all characters are composed, and none joins the one before it.
      case .form(.nfc): text.allSatisfy { $0 < 0xCC }
      default: false
      }
    }
  }

  /// Normalizes `text` in place.
  ///
  /// - Throws: `NormalizationError` when a regular expression gives up on this text.
  public func normalize(_ text: inout AlignedText) throws(NormalizationError) {
    for step in steps {
      switch step {
      case .form(let form): text.normalize(to: form)
      case .lowercase: text.lowercase()
      case .strip(let left, let right): text.strip(left: left, right: right)
      case .stripAccents: text.filter { !ScalarProperties.isMark($0) }
      case .prepend(let prefix): text.prepend(prefix)
      case .replace(let matcher, let replacement): try text.replace(matcher, with: replacement)
      case .byteLevel: text.spellBytes()
      case .nmt: text.cleanForTranslation()
      case .cleanForBert: text.cleanForBert()
      case .spaceChinese: text.spaceChineseCharacters()
      case .dropNonspacingMarks: text.filter { !ScalarProperties.isNonspacingMark($0) }
      case .characterMap(let map): text.replace(by: map)
      }
    }
  }

  private mutating func append(_ normalizer: Normalizer) throws(NormalizationError) {
    switch normalizer {
    case .nfc: steps.append(.form(.nfc))
    case .nfd: steps.append(.form(.nfd))
    case .nfkc: steps.append(.form(.nfkc))
    case .nfkd: steps.append(.form(.nfkd))
    case .lowercase: steps.append(.lowercase)
    case .strip(let left, let right): steps.append(.strip(left: left, right: right))
    case .stripAccents: steps.append(.stripAccents)
    case .prepend(let prefix): steps.append(.prepend(prefix))
    case .replace(let pattern, let replacement):
      steps.append(.replace(try TextMatcher(pattern), with: replacement))
    case .byteLevel: steps.append(.byteLevel)
    case .sequence(let parts): for part in parts { try append(part) }
    case .nmt: steps.append(.nmt)
    case .bert(let cleanText, let spaceChinese, let stripAccents, let lowercase):
      if cleanText { steps.append(.cleanForBert) }
      if spaceChinese { steps.append(.spaceChinese) }
      if stripAccents ?? lowercase { steps += [.form(.nfd), .dropNonspacingMarks] }
      if lowercase { steps.append(.lowercase) }
    case .precompiled(let bytes): steps.append(.characterMap(try CharacterMap(bytes)))
    }
  }
}

/// Why a normalizer or a splitting pattern cannot be prepared or cannot finish.
public enum NormalizationError: Error, Equatable, CustomStringConvertible {
  /// A part that graft can read but not yet run.
  case unavailable(String)
  /// A compiled character map that is not what it should be.
  case badCharacterMap(String)
  /// A regular expression that does not compile.
  case badPattern(pattern: String, reason: String)
  /// A regular expression that took too long or needed too much memory on a text.
  case patternGaveUp(pattern: String, reason: String)

  public var description: String {
    switch self {
    case .unavailable(let name):
      "the tokenizer needs a part that this version of graft cannot run: \(name)"
    case .badCharacterMap(let reason):
      "the normalizer's precompiled_charsmap is not valid: \(reason)"
    case .badPattern(let pattern, let reason):
      "the regular expression `\(pattern)` is not valid: \(reason)"
    case .patternGaveUp(let pattern, let reason):
      "the regular expression `\(pattern)` gave up on this text: \(reason)"
    }
  }
}
