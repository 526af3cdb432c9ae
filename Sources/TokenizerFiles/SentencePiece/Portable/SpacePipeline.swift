internal import Normalization
internal import Tokenization

/// The surroundings of a model whose words carry their spaces as `▁`, as sentencepiece's settings.
struct SpacePipeline {
  private(set) var normalization = SentencePieceDefinition.Normalization()
  /// What the settings do not say, each a sentence.
  private(set) var losses: [String] = []
  /// Whether no token can reach over the beginning of a word.
  private(set) var cutsWords = false

  private static let mark: Unicode.Scalar = "\u{2581}"
  /// Whether runs of spaces become one, whether those at the ends are dropped, and whether all white
  /// space is dropped and separates words.
  private var (collapses, trims, splitsAtSpaces) = (false, false, false)
  /// Whether all white space is dropped at the ends.
  private var stripsAllSpaces = false
  /// Whether a mark is put in front of texts that do not begin with one.
  private var prependsUnlessSpaced = false

  /// `nil` where bytes or words are spelled in another way.
  init?(_ definition: TokenizerDefinition) {
    normalization.addsDummyPrefix = false
    normalization.removesExtraWhitespace = false
    normalization.escapesWhitespace = false
    for step in definition.normalizer?.steps ?? [] { apply(step) }
    for part in definition.preTokenizer?.steps ?? [] {
      guard apply(part) else { return nil }
    }
    normalization.removesExtraWhitespace = collapses && trims || splitsAtSpaces
    checkSpaces()
    checkDecoder(definition.decoder)
  }

  private mutating func apply(_ step: Normalizer) {
    switch step {
    case .prepend(String(Self.mark)): normalization.addsDummyPrefix = true
    case .prepend(" ") where !normalization.escapesWhitespace: normalization.addsDummyPrefix = true
    case .replace(.literal(" "), with: String(Self.mark)): normalization.escapesWhitespace = true
    case PortableNormalization.collapsing,
      .replace(.regex(" {2,}"), with: String(Self.mark)) where !normalization.escapesWhitespace:
      collapses = true
    case PortableNormalization.trimming(" \(Self.mark)"), PortableNormalization.trimming(" "),
      PortableNormalization.trimmingSpaces:
      trims = true
    case .strip(left: _, right: true):
      (trims, stripsAllSpaces) = (true, true)
    case .precompiled(let map) where normalization.characterMap.isEmpty:
      normalization.name = "precompiled"
      normalization.characterMap = map
      losses.append(
        "that the character map is looked up by grapheme clusters: sentencepiece takes the longest "
          + "sequence, so that letters with several marks may be cut differently")
    default: losses.append("the normalizer's part \(step.name)")
    }
  }

  /// Whether the part leaves the spelling as it is, or spells spaces as sentencepiece does.
  private mutating func apply(_ part: PreTokenizer) -> Bool {
    switch part {
    case .metaspace(Self.mark, let prepend, let split):
      normalization.escapesWhitespace = true
      cutsWords = cutsWords || split
      // Words that are cut apart already have a mark each only where it is always put there.
      if splitsAtSpaces { cutsWords = true }
      if splitsAtSpaces, prepend != .always { return false }
      if prepend != .never, !normalization.addsDummyPrefix {
        normalization.addsDummyPrefix = true
        prependsUnlessSpaced = true
      }
      return true
    case .whitespaceSplit where !normalization.escapesWhitespace:
      splitsAtSpaces = true
      return true
    // All spaces have become marks, and there is nothing to split at.
    case .split(.literal(" "), _, inverted: false) where normalization.escapesWhitespace:
      return true
    case .split, .digits, .punctuation:
      losses.append("the pre-tokenizer, so that tokens may reach over what it cuts apart")
      return true
    default: return false
    }
  }

  /// Compares what spaces become.
  private mutating func checkSpaces() {
    if prependsUnlessSpaced, !normalization.removesExtraWhitespace {
      losses.append(
        "that a text that begins with a space gets no other in front: sentencepiece puts one "
          + "there too, so that its first ids differ")
    } else if prependsUnlessSpaced, keeps(Self.mark) {
      losses.append("that no other mark is put in front of `▁` that a text has itself")
    }
    if collapses != trims, !splitsAtSpaces {
      losses.append("that spaces are \(collapses ? "joined but not" : "not joined but") trimmed")
    }
    if splitsAtSpaces, !normalization.addsDummyPrefix {
      losses.append("that words are cut apart without a mark between")
    }
    let others = splitsAtSpaces || stripsAllSpaces ? otherSpaces : []
    if !others.isEmpty {
      let names = others.map { "U+" + String($0.value, radix: 16, uppercase: true) }
      losses.append(
        "that \(names.joined(separator: ", ")) \(splitsAtSpaces ? "separate words" : "are trimmed"): "
          + "sentencepiece knows the space only")
    }
  }

  /// The white space that the character map neither makes spaces nor drops.
  private var otherSpaces: [Unicode.Scalar] {
    (0...0x3000).compactMap(Unicode.Scalar.init).filter { scalar in
      scalar != " " && ScalarProperties.isWhitespace(scalar) && keeps(scalar)
    }
  }

  /// Whether the character map leaves a character by itself as it is.
  private func keeps(_ scalar: Unicode.Scalar) -> Bool {
    guard let map = try? CharacterMap(normalization.characterMap) else { return true }
    return map.longestMatch(in: Array(String(scalar).utf8), at: 0) == nil
  }

  // MARK: Decoder

  private mutating func checkDecoder(_ decoder: Decoder?) {
    var spells = false
    var strips = false
    var isOther = decoder == nil
    for part in decoder?.steps ?? [] {
      switch part {
      case .metaspace(Self.mark, let prepend):
        spells = true
        strips = prepend != .never
      case .replace(.literal(String(Self.mark)), with: " "): spells = true
      // What stands for special tokens; sentencepiece says so itself.
      case .replace(.regex(let pattern), _) where pattern.hasPrefix("\\A"): break
      case .strip(" ", start: 1..., stop: 0): strips = true
      case .byteFallback, .fuse: break
      default: isOther = true
      }
    }
    let stripsThere = normalization.addsDummyPrefix || normalization.removesExtraWhitespace
    if isOther || spells != normalization.escapesWhitespace || strips != stripsThere {
      losses.append("the decoder: sentencepiece makes spaces of `▁` and drops the first one")
    }
  }
}

extension Normalizer {
  /// The parts, nested sequences flat.
  fileprivate var steps: [Normalizer] {
    if case .sequence(let parts) = self { parts.flatMap(\.steps) } else { [self] }
  }

  /// What the part is called.
  fileprivate var name: String {
    switch self {
    case .replace(.literal(let text), let other): "Replace `\(text)` by `\(other)`"
    case .replace(.regex(let text), let other), .replace(.fancyRegex(let text), let other):
      "Replace `\(text.prefix(40))` by `\(other)`"
    case .prepend(let text): "Prepend `\(text)`"
    case .precompiled: "Precompiled"
    default: "\(self)"
    }
  }
}

extension PreTokenizer {
  fileprivate var steps: [PreTokenizer] {
    if case .sequence(let parts) = self { parts.flatMap(\.steps) } else { [self] }
  }
}

extension Decoder {
  fileprivate var steps: [Decoder] {
    if case .sequence(let parts) = self { parts.flatMap(\.steps) } else { [self] }
  }
}
