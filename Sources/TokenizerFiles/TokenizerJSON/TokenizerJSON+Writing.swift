internal import Normalization
public import Tokenization

extension TokenizerJSON {
  /// Writes a definition as Hugging Face's library saves it.
  ///
  /// - Returns: the file; `nil` for a model that the format has no words for.
  public static func write(_ definition: TokenizerDefinition) -> [UInt8]? {
    switch definition.model {
    case .sentencePiece, .bytes, .words: return nil
    case .bpe, .unigram, .wordPiece, .wordLevel: break
    }
    var json = PrettyJSONWriter()
    json.object { json in
      json.key("version")
      json.string("1.0")
      json.key("truncation")
      optional(definition.truncation, &json) { write($0, &$1) }
      json.key("padding")
      optional(definition.padding, &json) { write($0, &$1) }
      json.key("added_tokens")
      json.array { json in
        for token in definition.addedTokens.sorted(by: { $0.id < $1.id }) { write(token, &json) }
      }
      json.key("normalizer")
      optional(definition.normalizer, &json) { write($0, &$1) }
      json.key("pre_tokenizer")
      optional(definition.preTokenizer, &json) { write($0, &$1) }
      json.key("post_processor")
      optional(definition.postProcessor, &json) { write($0, &$1) }
      json.key("decoder")
      optional(definition.decoder, &json) { write($0, &$1) }
      json.key("model")
      write(definition.model, &json)
    }
    return json.bytes
  }

  private static func optional<Part>(
    _ part: Part?, _ json: inout PrettyJSONWriter, _ write: (Part, inout PrettyJSONWriter) -> Void
  ) {
    if let part { write(part, &json) } else { json.null() }
  }

  private static func write(_ token: AddedToken, _ json: inout PrettyJSONWriter) {
    json.object { json in
      json.key("id")
      json.int(token.id)
      json.member("content", token.content)
      json.member("single_word", token.isSingleWord)
      json.member("lstrip", token.stripsLeft)
      json.member("rstrip", token.stripsRight)
      json.member("normalized", token.isNormalized)
      json.member("special", token.isSpecial)
    }
  }

  // MARK: Models

  private static func write(_ model: TokenizationModel, _ json: inout PrettyJSONWriter) {
    json.object { json in
      switch model {
      case .bpe(let model): write(model, &json)
      case .unigram(let model): write(model, &json)
      case .wordPiece(let model):
        json.member("type", "WordPiece")
        json.member("unk_token", model.unknownToken)
        json.member("continuing_subword_prefix", model.continuingPrefix)
        json.key("max_input_chars_per_word")
        json.int(model.maximumWordLength)
        write(model.vocabulary, &json)
      case .wordLevel(let model):
        json.member("type", "WordLevel")
        write(model.vocabulary, &json)
        json.member("unk_token", model.unknownToken)
      case .sentencePiece, .bytes, .words: break
      }
    }
  }

  private static func write(_ model: BPEDefinition, _ json: inout PrettyJSONWriter) {
    json.member("type", "BPE")
    json.key("dropout")
    if let dropout = model.dropout { json.number(dropout) } else { json.null() }
    json.key("unk_token")
    json.optionalString(model.unknownToken)
    json.key("continuing_subword_prefix")
    json.optionalString(model.continuingPrefix)
    json.key("end_of_word_suffix")
    json.optionalString(model.endOfWordSuffix)
    json.member("fuse_unk", model.fusesUnknown)
    json.member("byte_fallback", model.fallsBackToBytes)
    json.member("ignore_merges", model.ignoresMerges)
    write(model.vocabulary, &json)
    json.key("merges")
    json.array { json in
      for merge in model.merges {
        json.array { json in
          json.string(model.vocabulary.token(merge.left) ?? [])
          json.string(model.vocabulary.token(merge.right) ?? [])
        }
      }
    }
  }

  private static func write(_ model: UnigramDefinition, _ json: inout PrettyJSONWriter) {
    json.member("type", "Unigram")
    json.key("unk_id")
    if let id = model.unknownID { json.int(id) } else { json.null() }
    // Where a piece stands twice its last id counts, and the other id has none: any later piece will do.
    let last = model.vocabulary.maximumID.flatMap { model.vocabulary.token($0) } ?? []
    json.key("vocab")
    json.array { json in
      for (id, score) in model.scores.enumerated() {
        json.array { json in
          json.string(model.vocabulary.token(TokenID(id)) ?? last)
          json.number(score)
        }
      }
    }
    json.member("byte_fallback", model.fallsBackToBytes)
  }

  /// The tokens in order of their ids.
  private static func write(_ vocabulary: Vocabulary, _ json: inout PrettyJSONWriter) {
    json.key("vocab")
    json.object { json in
      for (token, id) in vocabulary.entries.sorted(by: { $0.id < $1.id }) {
        json.key(token)
        json.int(id)
      }
    }
  }
}

extension PrettyJSONWriter {
  mutating func member(_ name: String, _ value: String) {
    key(name)
    string(value)
  }

  mutating func member(_ name: String, _ value: Bool) {
    key(name)
    bool(value)
  }

  /// `"pattern": {"Regex": …}`, in the one syntax that the format knows.
  mutating func member(_ name: String, _ pattern: TextPattern) {
    key(name)
    object { json in
      switch pattern.inOnigurumaSyntax {
      case .literal(let text): json.member("String", text)
      case .regex(let regex), .fancyRegex(let regex): json.member("Regex", regex)
      }
    }
  }
}
