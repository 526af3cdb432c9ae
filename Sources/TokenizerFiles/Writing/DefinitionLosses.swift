internal import Normalization
internal import Tokenization

extension TokenizerDefinition {
  /// What of this definition is not in `other`, which is what a file written from this one reads
  /// as. Differences that no text can show do not count.
  func losses(readAs other: TokenizerDefinition) -> [String] {
    let (mine, other) = (comparable, other.comparable)
    var losses: [String] = []
    func compare(_ name: String, _ isEqual: Bool) { if !isEqual { losses.append(name) } }
    compare("the normalizer", mine.normalizer == other.normalizer)
    compare("the pre-tokenizer", mine.preTokenizer == other.preTokenizer)
    losses += mine.postProcessingLosses(readAs: other)
    compare("the decoder", mine.decoder == other.decoder)
    compare(
      "the added tokens (\(addedTokens.count))", mine.addedTokens == other.addedTokens)
    compare("when added tokens are matched", addedTokenPolicy == other.addedTokenPolicy)
    compare("the model's vocabulary", mine.model.vocabulary == other.model.vocabulary)
    if mine.model.vocabulary == other.model.vocabulary {
      compare("the model's options", mine.model == other.model)
    }
    compare("the truncation", truncation == other.truncation)
    compare("the padding", padding == other.padding)
    return losses
  }

  /// What of the post-processor is lost, from what changes ids to what changes offsets only.
  func postProcessingLosses(readAs other: TokenizerDefinition) -> [String] {
    guard postProcessor != other.postProcessor else { return [] }
    let (mine, other) = (postProcessor.template, other.postProcessor.template)
    guard let mine, let other else { return ["the post-processor"] }
    if mine == other { return ["how offsets are trimmed"] }
    let isSingleEqual =
      mine.single == other.single
      && mine.single.allSatisfy { piece in
        guard case .special(let name, _) = piece else { return true }
        return mine.specialTokens[name] == other.specialTokens[name]
      }
    return isSingleEqual
      ? [Self.lossAroundPairs] : ["the special tokens around a text"]
  }

  /// A loss that matters only to those who encode two texts as one.
  static let lossAroundPairs = "what stands around a pair of texts"

  /// The nearest definition that a `tokenizer.json` can hold, and what it does not say.
  var portable: (definition: TokenizerDefinition, losses: [String]) {
    var result = self
    var losses: [String] = []
    result.preTokenizer = preTokenizer?.inOnigurumaSyntax
    if case .bpe(var model) = model, model.mergesShareRanks {
      model.mergesShareRanks = false
      result.model = .bpe(model)
      losses.append(
        "which of two overlapping ways to the same token comes first: tiktoken takes the leftmost")
    }
    switch addedTokenPolicy {
    case .alwaysMatched: return (result, losses)
    case .alwaysMatchedWithStatedIDs: break
    case .matchedWithSpecialTokens:
      losses.append("that special tokens in a text are matched only on request")
    case .neverMatched: losses.append("that special tokens in a text are never matched")
    }
    result.addedTokenPolicy = .alwaysMatched
    // Stated ids hold there only for tokens that the model has too.
    let stated = TokenizerVocabulary(self)
    let derived = TokenizerVocabulary(result)
    if addedTokens.contains(where: { derived.id(of: $0.content) != stated.id(of: $0.content) }),
      case .bpe(var model) = result.model
    {
      let added = addedTokens.lazy.map { (token: Array($0.content.utf8), id: $0.id) }
      model.vocabulary = Vocabulary(
        model.vocabulary.entries.map { (token: Array($0.token), id: $0.id) } + added)
      result.model = .bpe(model)
    }
    return (result, losses)
  }

  /// The one pattern that the texts are split by; `nil` where the rules are others.
  var splittingPattern: String? {
    switch preTokenizer {
    case .sequence(let parts):
      guard parts.count == 2, case .split(let pattern, .isolated, inverted: false) = parts[0],
        case .byteLevel(addPrefixSpace: false, _, useRegex: false) = parts[1]
      else { return nil }
      switch pattern {
      case .fancyRegex(let pattern), .regex(let pattern): return pattern
      case .literal: return nil
      }
    default: return nil
    }
  }
}

extension PostProcessor? {
  /// The template among the parts; an empty one where there are no special tokens, `nil` for rules of
  /// another kind.
  fileprivate var template: PostProcessor.Template? {
    let parts = (self?.parts ?? []).filter { part in
      if case .byteLevel = part { false } else { true }
    }
    if case .template(let template)? = parts.first, parts.count == 1 { return template }
    guard parts.isEmpty else { return nil }
    let single: [PostProcessor.Template.Piece] = [.sequence(.a, typeID: 0)]
    return PostProcessor.Template(
      single: single, pair: single + [.sequence(.b, typeID: 0)], specialTokens: [:])
  }
}

extension PreTokenizer {
  var inOnigurumaSyntax: PreTokenizer {
    switch self {
    case .split(let pattern, let behavior, let inverted):
      .split(pattern.inOnigurumaSyntax, behavior, inverted: inverted)
    case .sequence(let parts): .sequence(parts.map(\.inOnigurumaSyntax))
    default: self
    }
  }
}

extension Vocabulary {
  /// Whether every token is UTF-8, so that formats made of text can hold it.
  var isText: Bool { entries.allSatisfy { String(validating: $0.token, as: UTF8.self) != nil } }
}
