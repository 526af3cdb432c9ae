internal import Normalization
internal import Tokenization

/// What surrounds a byte-level BPE model.
enum ByteLevelPipeline {
  /// GPT-2's tokenizer around a model.
  static func gpt2(_ model: BPEDefinition) -> TokenizerDefinition {
    TokenizerDefinition(
      preTokenizer: .byteLevel(addPrefixSpace: false, trimOffsets: true, useRegex: true),
      model: .bpe(model), postProcessor: .byteLevel(addPrefixSpace: true, trimOffsets: false),
      decoder: .byteLevel)
  }

  /// A model behind a splitting pattern.
  static func split(
    _ pattern: TextPattern, normalizer: Normalizer? = nil, _ model: BPEDefinition
  ) -> TokenizerDefinition {
    TokenizerDefinition(
      normalizer: normalizer,
      preTokenizer: .sequence([
        .split(pattern, .isolated, inverted: false),
        .byteLevel(addPrefixSpace: false, trimOffsets: true, useRegex: false),
      ]),
      model: .bpe(model), postProcessor: .byteLevel(addPrefixSpace: true, trimOffsets: false),
      decoder: .byteLevel)
  }

  /// Qwen2's tokenizer around a model (`Qwen2Tokenizer` of transformers).
  static func qwen2(_ model: BPEDefinition) -> TokenizerDefinition {
    let pattern =
      #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"#
      + #"|\s*[\r\n]+|\s+(?!\S)|\s+"#
    return split(.regex(pattern), normalizer: .nfc, model)
  }

  /// CLIP's tokenizer around a model (`CLIPTokenizerFast` of transformers).
  static func clip(_ model: BPEDefinition) -> TokenizerDefinition {
    let pattern =
      #"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]"#
      + #"|[^\s\p{L}\p{N}]+"#
    var model = model
    model.endOfWordSuffix = CLIPMerges.endOfWordSuffix
    model.unknownToken = "<|endoftext|>"
    var definition = TokenizerDefinition(
      normalizer: .sequence([.nfc, .replace(.regex(#"\s+"#), with: " "), .lowercase]),
      preTokenizer: .sequence([
        .split(.regex(pattern), .removed, inverted: true),
        .byteLevel(addPrefixSpace: false, trimOffsets: true, useRegex: true),
      ]),
      model: .bpe(model), decoder: .byteLevel)
    let ids = CLIPMerges.specialTokens.compactMap { model.vocabulary.id(of: Array($0.utf8)) }
    guard ids.count == 2 else { return definition }
    definition.addedTokens = zip(CLIPMerges.specialTokens, ids).map { token, id in
      AddedToken(
        id: id, content: token, isNormalized: token == CLIPMerges.specialTokens[0],
        isSpecial: true)
    }
    definition.postProcessor = .roberta(
      separator: PostProcessor.SpecialToken(token: CLIPMerges.specialTokens[1], id: ids[1]),
      classifier: PostProcessor.SpecialToken(token: CLIPMerges.specialTokens[0], id: ids[0]),
      addPrefixSpace: false, trimOffsets: false)
    return definition
  }

  /// RoBERTa's tokenizer around a model: GPT-2's with its own special tokens around the text.
  static func roberta(_ model: BPEDefinition) -> TokenizerDefinition {
    var definition = gpt2(model)
    guard let classifier = model.vocabulary.id(of: Array("<s>".utf8)),
      let separator = model.vocabulary.id(of: Array("</s>".utf8))
    else { return definition }
    definition.postProcessor = .roberta(
      separator: PostProcessor.SpecialToken(token: "</s>", id: separator),
      classifier: PostProcessor.SpecialToken(token: "<s>", id: classifier), addPrefixSpace: true,
      trimOffsets: true)
    return definition
  }
}

extension ByteLevelPipeline {
  /// The tokenizer around a model that llama.cpp knows under a name (`tokenizer.ggml.pre`); `nil`
  /// for a name that is not known here.
  static func named(_ name: String, _ model: BPEDefinition) -> TokenizerDefinition? {
    switch name {
    case "default", "gpt-2": gpt2(model)
    case "qwen2": qwen2(model)
    case "starcoder", "refact", "command-r", "smollm":
      withDigits(model)
    case "llama-bpe", "llama3", "llama-v3": llama3(model)
    default: nil
    }
  }

  /// Llama 3's tokenizer around a model, which takes words that are tokens whole.
  private static func llama3(_ model: BPEDefinition) -> TokenizerDefinition {
    var model = model
    model.ignoresMerges = true
    return split(
      .regex(
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"#
          + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#), model)
  }

  /// llama.cpp's name for the splitting rules of a definition; `default` where it has none.
  static func name(of definition: TokenizerDefinition, _ model: BPEDefinition) -> String {
    let rules = definition.comparable
    return ["gpt-2", "qwen2", "llama-bpe", "starcoder"].first { name in
      guard let other = named(name, model)?.comparable else { return false }
      return other.preTokenizer == rules.preTokenizer && other.normalizer == rules.normalizer
    } ?? "default"
  }

  /// GPT-2's tokenizer with every digit by itself.
  private static func withDigits(_ model: BPEDefinition) -> TokenizerDefinition {
    var definition = gpt2(model)
    definition.preTokenizer = .sequence([
      .digits(individual: true),
      .byteLevel(addPrefixSpace: false, trimOffsets: true, useRegex: true),
    ])
    return definition
  }
}
