internal import ByteIO
internal import Normalization
internal import Tokenization

extension TokenizerConfig {
  /// The three files, ready to be written.
  struct Files {
    var files: [(name: String, bytes: [UInt8])]

    /// The file of that name as it will be read.
    func document(_ name: String) throws -> JSON? {
      try files.first { $0.name == name }.map { try JSON(parsing: $0.bytes, source: name) }
    }
  }

  /// The files that belong beside a tokenizer.
  ///
  /// - Parameter className: the class of transformers that is to open it.
  static func describing(_ definition: TokenizerDefinition, className: String) -> Files {
    let vocabulary = TokenizerVocabulary(definition)
    let added = vocabulary.added.sorted { $0.key < $1.key }
    let roles = roles(of: definition, added.map(\.value))
    var config = PrettyJSONWriter()
    config.object { json in
      if case .sentencePiece = definition.model {
        let frame = frame(of: definition)
        json.member("add_bos_token", frame.addsBeginning)
        json.member("add_eos_token", frame.addsEnd)
      }
      json.key("added_tokens_decoder")
      json.object { json in for (id, token) in added { write(token, id: id, &json) } }
      for (role, token) in roles { json.member(role, token) }
      json.member("clean_up_tokenization_spaces", false)
      if case .bert(_, _, _, let lowercases)? = definition.normalizer {
        json.member("do_lower_case", lowercases)
      }
      json.member("tokenizer_class", className)
    }
    var map = PrettyJSONWriter()
    map.object { json in for (role, token) in roles { json.member(role, token) } }
    var files = [
      (name: "tokenizer_config.json", bytes: config.bytes),
      (name: "special_tokens_map.json", bytes: map.bytes),
    ]
    let beside = added.filter { vocabulary.model.id(of: Array($0.value.content.utf8)) == nil }
    if !beside.isEmpty {
      var json = PrettyJSONWriter()
      json.object { json in
        for (id, token) in beside {
          json.key(token.content)
          json.int(id)
        }
      }
      files.append((name: "added_tokens.json", bytes: json.bytes))
    }
    return Files(files: files)
  }

  private static func write(_ token: AddedToken, id: TokenID, _ json: inout PrettyJSONWriter) {
    json.key(String(id))
    json.object { json in
      json.member("content", token.content)
      json.member("lstrip", token.stripsLeft)
      json.member("normalized", token.isNormalized)
      json.member("rstrip", token.stripsRight)
      json.member("single_word", token.isSingleWord)
      json.member("special", token.isSpecial)
    }
  }

  // MARK: Classes

  /// The class of transformers whose pipeline around a vocabulary with merges is the definition's.
  static func bytePairClass(of definition: TokenizerDefinition, _ model: BPEDefinition) -> String {
    let rules = definition.comparable
    let candidates: [(String, TokenizerDefinition)] = [
      ("GPT2Tokenizer", ByteLevelPipeline.gpt2(model)),
      ("Qwen2Tokenizer", ByteLevelPipeline.qwen2(model)),
      ("RobertaTokenizer", ByteLevelPipeline.roberta(model)),
      ("CLIPTokenizer", ByteLevelPipeline.clip(model)),
    ]
    return candidates.first { _, candidate in
      let other = candidate.comparable
      return other.normalizer == rules.normalizer && other.preTokenizer == rules.preTokenizer
        && other.postProcessor == rules.postProcessor
    }?.0 ?? "PreTrainedTokenizerFast"
  }

  // MARK: Roles

  /// What tokens with a role are usually called, the likeliest first.
  private static let usualNames: [(role: String, names: [String])] = [
    ("bos_token", ["<s>", "<bos>", "[BOS]", "<|begin_of_text|>", "<|startoftext|>"]),
    ("eos_token", ["</s>", "<eos>", "[EOS]", "<|end_of_text|>", "<|endoftext|>", "<|im_end|>"]),
    ("unk_token", ["<unk>", "[UNK]"]),
    ("sep_token", ["[SEP]"]),
    ("pad_token", ["<pad>", "[PAD]", "<|pad|>", "<|finetune_right_pad_id|>"]),
    ("cls_token", ["[CLS]"]),
    ("mask_token", ["[MASK]", "<mask>"]),
  ]

  /// The special tokens with a role: by their places around a text, by the model, and by their names.
  private static func roles(
    of definition: TokenizerDefinition, _ added: [AddedToken]
  ) -> [(role: String, token: String)] {
    // A token that is not an added one would become one by being named.
    let special = Set(added.filter(\.isSpecial).map { Array($0.content.utf8) })
    func isSpecial(_ token: String?) -> Bool {
      token.map { special.contains(Array($0.utf8)) } ?? false
    }
    var roles: [(role: String, token: String)] = []
    let ends = definition.postProcessor?.ends
    let isClassifier = isSpecial("[CLS]") || ends?.isClassifier == true
    for (role, names) in usualNames {
      var token: String?
      switch role {
      case "bos_token" where !isClassifier: token = ends?.first
      case "eos_token" where !isClassifier: token = ends?.last
      case "cls_token" where isClassifier: token = ends?.first
      case "sep_token" where isClassifier: token = ends?.last
      case "unk_token": token = definition.model.unknownToken
      case "pad_token": token = definition.padding?.token
      default: break
      }
      if !isSpecial(token) { token = names.first(where: isSpecial) }
      if let token { roles.append((role, token)) }
    }
    return roles
  }
}

extension PostProcessor {
  /// The first and the last special token around a single text.
  fileprivate var ends: (first: String?, last: String?, isClassifier: Bool)? {
    for part in parts {
      switch part {
      case .bert(let separator, let classifier), .roberta(let separator, let classifier, _, _):
        return (classifier.token, separator.token, true)
      case .template(let template):
        func token(_ piece: Template.Piece?) -> String? {
          guard case .special(let name, _)? = piece else { return nil }
          return template.specialTokens[name]?.first?.token
        }
        return (token(template.single.first), token(template.single.last), false)
      default: continue
      }
    }
    return nil
  }
}

extension TokenizationModel {
  /// The token for what has none of its own; `nil` where the model names none.
  fileprivate var unknownToken: String? {
    switch self {
    case .bpe(let model): model.unknownToken
    case .unigram(let model):
      model.unknownID.flatMap { model.vocabulary.token($0) }
        .map { String(decoding: $0, as: UTF8.self) }
    case .wordPiece(let model): model.unknownToken
    case .wordLevel(let model): model.unknownToken
    case .sentencePiece(let model): model.unknownPiece
    case .bytes, .words: nil
    }
  }
}
