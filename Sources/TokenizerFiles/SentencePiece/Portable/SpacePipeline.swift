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

  /// `nil` where bytes or words are spelled in another way.
  init?(_ definition: TokenizerDefinition) {
    normalization.addsDummyPrefix = false
    normalization.removesExtraWhitespace = false
    normalization.escapesWhitespace = false
    for step in definition.normalizer?.steps ?? [] { apply(step) }
    for part in definition.preTokenizer?.steps ?? [] {
      guard apply(part) else { return nil }
    }
    checkDecoder(definition.decoder)
  }

  private mutating func apply(_ step: Normalizer) {
    switch step {
    case .prepend(String(Self.mark)): normalization.addsDummyPrefix = true
    case .prepend(" ") where !normalization.escapesWhitespace: normalization.addsDummyPrefix = true
    case .replace(.literal(" "), with: String(Self.mark)): normalization.escapesWhitespace = true
    case PortableNormalization.collapsing: break
    case PortableNormalization.trimming(" \(Self.mark)"), PortableNormalization.trimming(" "):
      normalization.removesExtraWhitespace = true
    default: losses.append("the normalizer's part \(step.name)")
    }
  }

  /// Whether the part leaves the spelling as it is, or spells spaces as sentencepiece does.
  private mutating func apply(_ part: PreTokenizer) -> Bool {
    switch part {
    case .metaspace(Self.mark, let prepend, let split):
      normalization.escapesWhitespace = true
      cutsWords = cutsWords || split
      if prepend != .never, !normalization.addsDummyPrefix {
        normalization.addsDummyPrefix = true
        losses.append(
          "that a text that begins with a space gets no other in front: sentencepiece puts one "
            + "there too, so that its first ids differ")
      }
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
