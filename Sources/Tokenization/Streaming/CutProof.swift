internal import Normalization

/// The proof that a tokenizer's texts can be cut before one kind of white space.
///
/// It follows the white space through the steps of the definition. At each step it asks that the step
/// does on both sides of a cut what it does to the whole; the splitter or, failing that, the
/// model's vocabulary must keep the two sides in separate tokens. A step of which this is not known
/// ends the proof.
struct CutProof {
  private let definition: TokenizerDefinition
  /// The white space in the form that the next step sees.
  private var space: Unicode.Scalar
  private var rule: CutRule
  /// Whether a step may or may not separate the two sides, depending on the text.
  private var maySeparate = false

  /// The rule for a tokenizer; `nil` when no cut is known to be safe.
  static func rule(for definition: TokenizerDefinition) -> CutRule? {
    var result: CutRule?
    for byte in [UInt8(ascii: " "), UInt8(ascii: "\n")] {
      var proof = CutProof(definition, byte)
      guard let rule = proof.prove() else { continue }
      guard let known = result else {
        result = rule
        continue
      }
      // What holds for one must hold for both.
      guard known.separatesWords == rule.separatesWords else { continue }
      result?.spaces.formUnion(rule.spaces)
      result?.needsASCII = known.needsASCII || rule.needsASCII
      result?.blockedLetters.formUnion(rule.blockedLetters)
    }
    return result
  }

  private init(_ definition: TokenizerDefinition, _ space: UInt8) {
    self.definition = definition
    self.space = Unicode.Scalar(space)
    rule = CutRule(spaces: [space], needsASCII: false)
  }

  private mutating func prove() -> CutRule? {
    if case .sentencePiece(let model) = definition.model {
      return SentencePieceCut.rule(for: model, before: space)
    }
    let original = space
    guard passes(definition.normalizer.map { [$0] } ?? []),
      addedTokensStandAside(original: original)
    else { return nil }
    var steps: [PreTokenizer] = []
    Self.flatten(definition.preTokenizer, into: &steps)
    for step in steps {
      switch pass(step) {
      case .separated: return rule
      case .local: continue
      case .unknown: return nil
      }
    }
    return modelSeparates() ? rule : nil
  }

  // MARK: Added tokens

  /// Whether no added token reaches across a cut.
  private func addedTokensStandAside(original: Unicode.Scalar) -> Bool {
    guard let normalizer = try? CompiledNormalizer(definition.normalizer) else { return false }
    return definition.addedTokens.allSatisfy { token in
      let scalars = Array(token.content.unicodeScalars)
      if token.stripsRight, let last = scalars.last, ScalarProperties.isWord(last) { return false }
      if Self.contains(scalars, original) { return false }
      guard token.isNormalized else { return true }
      var form = AlignedText(token.content.utf8)
      guard (try? normalizer.normalize(&form)) != nil else { return false }
      return !Self.contains(Array(form.bytes.scalars), space)
    }
  }

  /// Whether a text has the white space after anything but the same white space.
  private static func contains(_ text: [Unicode.Scalar], _ space: Unicode.Scalar) -> Bool {
    zip(text, text.dropFirst()).contains { $0 != space && $1 == space }
  }

  // MARK: Normalizers

  private mutating func passes(_ normalizers: [Normalizer]) -> Bool {
    normalizers.allSatisfy { pass($0) }
  }

  private mutating func pass(_ normalizer: Normalizer) -> Bool {
    switch normalizer {
    case .sequence(let parts): return passes(parts)
    // Both act at the ends of a text, where the letters of a cut stand guard.
    case .strip, .prepend: return true
    case .nfc, .lowercase: return probe(normalizer)
    case .replace(.literal(let pattern), let replacement):
      return passReplacement(Array(pattern.unicodeScalars), replacement)
    case .replace(.regex(let pattern), let replacement):
      // Runs of white space alone: they begin after a cut.
      guard [#"\s+"#, #"\s{2,}"#, " +", " {2,}"].contains(pattern), replacement == " " else {
        return false
      }
      if pattern == #"\s+"# { space = " " }
      return space == " " || !pattern.hasPrefix(#"\s"#)
    case .replace: return false
    case .nfd, .nfkc, .nfkd, .stripAccents, .nmt, .bert, .precompiled, .byteLevel:
      rule.needsASCII = true
      return probe(normalizer)
    }
  }

  /// Finds out what becomes of the white space in a step that looks at each character by itself, as
  /// far as ASCII letters and white space between them are concerned.
  private mutating func probe(_ normalizer: Normalizer) -> Bool {
    guard let compiled = try? CompiledNormalizer(normalizer) else { return false }
    var text = AlignedText("a\(space)a".utf8)
    guard (try? compiled.normalize(&text)) != nil else { return false }
    let scalars = Array(text.bytes.scalars)
    guard scalars.count == 3, scalars[0] == "a", scalars[2] == "a" else { return false }
    space = scalars[1]
    return true
  }

  private mutating func passReplacement(
    _ pattern: [Unicode.Scalar], _ replacement: String
  ) -> Bool {
    guard let last = pattern.last else { return true }
    // A letter that is replaced would no longer stand before the cut.
    if ScalarProperties.isWord(last) || Self.contains(pattern, space) { return false }
    guard pattern.contains(space) else { return true }
    guard pattern == [space], let only = replacement.unicodeScalars.first,
      replacement.unicodeScalars.count == 1
    else { return false }
    space = only
    return true
  }

  // MARK: Pre-tokenizers

  /// What a step does at a cut.
  private enum Effect {
    /// It separates the two sides.
    case separated
    /// It does on both sides what it does to the whole.
    case local
    case unknown
  }

  private static func flatten(_ step: PreTokenizer?, into steps: inout [PreTokenizer]) {
    switch step {
    case nil: return
    case .sequence(let parts)?: for part in parts { flatten(part, into: &steps) }
    case let step?: steps.append(step)
    }
  }

  private mutating func pass(_ step: PreTokenizer) -> Effect {
    let isSpace = ScalarProperties.isWhitespace(space)
    switch step {
    case .byteLevel(_, _, let useRegex):
      if useRegex { return pass(.regex(Splitter.gpt2Pattern), .isolated, inverted: false) }
      rule.needsASCII = true
      guard space.isASCII else { return .unknown }
      space = ByteAlphabet.scalar(for: UInt8(truncatingIfNeeded: space.value))
      return .local
    case .split(let pattern, let behavior, let inverted):
      return pass(pattern, behavior, inverted: inverted)
    case .punctuation:
      return ScalarProperties.isPunctuation(space) ? .unknown : .local
    case .digits: return .local
    case .whitespace: return ScalarProperties.isWord(space) ? .local : .separated
    case .whitespaceSplit, .bert: return isSpace ? .separated : .local
    case .delimiter(let delimiter): return delimiter == space ? .separated : .local
    case .metaspace(let mark, _, let split):
      if space == " " { space = mark }
      return split && space == mark ? .separated : .local
    case .fixedLength, .unicodeScripts, .sequence: return .unknown
    }
  }

  private mutating func pass(
    _ pattern: TextPattern, _ behavior: SplitBehavior, inverted: Bool
  ) -> Effect {
    if case .literal(let text) = pattern {
      let scalars = Array(text.unicodeScalars)
      if Self.contains(scalars, space) { return .unknown }
      guard scalars.contains(space) else {
        return scalars.contains(where: ScalarProperties.isWord) ? .unknown : .local
      }
      let separates = behavior == .isolated || behavior == .removed || behavior == .mergedWithNext
      return scalars == [space] && separates && !inverted ? .separated : .unknown
    }
    let keepsMatches = behavior == .isolated && !inverted || behavior == .removed && inverted
    if PatternBoundary.isWordPattern(pattern), keepsMatches {
      return space == " " || space == "\n" ? .separated : .unknown
    }
    // Of other patterns only ASCII letters are examined.
    rule.needsASCII = true
    switch PatternBoundary(pattern, before: space) {
    case .always: return keepsMatches ? .separated : .unknown
    case .neverCrossed:
      maySeparate = true
      return behavior == .isolated && !inverted ? .local : .unknown
    case .unknown: return .unknown
    }
  }

  // MARK: Models

  /// Whether the model keeps the two sides of a cut inside one piece apart.
  private mutating func modelSeparates() -> Bool {
    // The words of the two sides could not be numbered.
    guard !maySeparate else { return false }
    rule.separatesWords = false
    switch definition.model {
    case .bytes: return true
    case .words(let model):
      // No word goes on from a letter into a space or a line feed.
      if case .preTokenizer = model.rule { return false }
      return true
    case .bpe(let model):
      // Without marks at the ends of words, merges go by neighbours alone, and none can go across
      // when no token holds the white space after what stands before it.
      guard (model.continuingPrefix ?? "").isEmpty, (model.endOfWordSuffix ?? "").isEmpty,
        !model.ignoresMerges, model.vocabulary.id(of: Array(String(space).utf8)) != nil
      else { return false }
      rule.blockedLetters = model.vocabulary.letters(before: space)
      return true
    case .unigram, .wordPiece, .wordLevel, .sentencePiece: return false
    }
  }
}

extension Vocabulary {
  /// What stands before `space` inside any token.
  func letters(before space: Unicode.Scalar) -> Set<Unicode.Scalar> {
    var letters: Set<Unicode.Scalar> = []
    for (token, _) in entries {
      var previous: Unicode.Scalar?
      for scalar in Array(token).scalars {
        if scalar == space, let previous, previous != space {
          letters.insert(previous)
          // Case may be folded before the model.
          for other in String(previous).uppercased().unicodeScalars { letters.insert(other) }
        }
        previous = scalar
      }
    }
    return letters
  }
}

/// The same proof for a model of the sentencepiece library.
enum SentencePieceCut {
  static func rule(
    for model: SentencePieceDefinition, before space: Unicode.Scalar
  ) -> CutRule? {
    let rules = model.normalization
    let mark: Unicode.Scalar = "\u{2581}"
    // Only a space is a mark, whatever the character map says of other white space.
    guard space == " ", rules.escapesWhitespace, !model.treatsWhitespaceAsSuffix,
      model.algorithm != .word, model.pieces.contains(where: { $0.isMark })
    else { return nil }
    if !rules.characterMap.isEmpty {
      guard let map = try? CharacterMap(rules.characterMap), !map.joinsASCII,
        map.longestMatch(in: [0x20], at: 0) == nil
      else { return nil }
    }
    // A piece that is matched whole must not reach across.
    for piece in model.pieces where piece.kind == .userDefined {
      guard !zip(piece.text, piece.text.dropFirst()).contains(where: { $0 != 0x20 && $1 == 0x20 })
      else { return nil }
    }
    return CutRule(
      spaces: [0x20], needsASCII: true, blockedLetters: model.vocabulary.letters(before: mark),
      separatesWords: true)
  }
}

extension SentencePieceDefinition.Piece {
  /// Whether it is the mark of a space by itself.
  fileprivate var isMark: Bool { kind == .normal && text == SentencePieceNormalizer.mark }
}
