internal import ByteIO

/// What `config.json` says of a hypernetwork, in the form in which ZeTT publishes them
/// (arXiv:2405.07883; `model_type` is `zett_hypernetwork`).
public struct HypernetworkConfig: Sendable, Equatable {
  /// The `model_type` of all such configs.
  public static let modelType = "zett_hypernetwork"

  /// The width of the rows that are read and predicted.
  public var embeddingSize: Int
  /// The width of the network.
  public var hiddenSize: Int
  /// The width inside its feed-forward blocks.
  public var intermediateSize: Int
  /// The number of transformer layers.
  public var layerCount: Int
  /// The number of attention heads.
  public var headCount: Int
  /// The most pieces that are read of a token.
  public var surfaceLength: Int
  /// Pieces from here on have an embedding of the hypernetwork's own.
  public var originalVocabularySize: Int
  /// The number of those.
  public var extraTokenCount = 0
  /// The id that fills surfaces.
  public var padToken: Int
  /// Whether the model has output rows beside its input rows.
  public var hasSeparateOutput: Bool
  /// Whether rows are scaled before and after.
  public var rescales = true
  /// Whether one projection makes input and output rows.
  public var isSingleHead = false
  /// Whether the states of all positions are read, and not that of the first alone.
  public var concatenates = false
  /// Whether a bias of the logit is predicted.
  public var predictsBias = false
  /// The number of languages that the network tells apart; `nil` when it does not.
  public var languageCount: Int?
  /// Their codes, if the config has them.
  public var languages: [String] = []

  /// The width of what is read of a token, and of what one head for both matrices makes.
  public var sourceSize: Int { hasSeparateOutput ? 2 * embeddingSize : embeddingSize }
  /// The number of positions, that of the language included.
  var positionCount: Int { surfaceLength + (languageCount == nil ? 0 : 1) }
  /// The width of what the output projections read.
  var stateSize: Int { concatenates ? positionCount * hiddenSize : hiddenSize }

  /// - Parameter headCount: one per 64 dimensions when `nil`.
  public init(
    embeddingSize: Int, hiddenSize: Int, intermediateSize: Int, layerCount: Int,
    headCount: Int? = nil, surfaceLength: Int, originalVocabularySize: Int, padToken: Int,
    hasSeparateOutput: Bool
  ) {
    self.embeddingSize = embeddingSize
    self.hiddenSize = hiddenSize
    self.intermediateSize = intermediateSize
    self.layerCount = layerCount
    self.headCount = headCount ?? max(hiddenSize / 64, 1)
    self.surfaceLength = surfaceLength
    self.originalVocabularySize = originalVocabularySize
    self.padToken = padToken
    self.hasSeparateOutput = hasSeparateOutput
  }
}

// MARK: - Reading

extension HypernetworkConfig {
  /// No dimension is larger, and the product of two still fits an integer.
  private static let sizes = 1...(1 << 24)
  /// What graft does not do, with the only value that it takes; the reference refuses the first three too.
  private static let unsupportedFlags = [
    ("hn_embed_target_priors", false), ("hn_add_inter_token_attention", false),
    ("hn_embed_using_source_embeddings", true),
  ]
  /// The languages of the released multilingual hypernetworks, whose configs only count them.
  private static let releasedLanguages = [
    "en", "ru", "de", "es", "fr", "it", "pt", "el", "ko", "fi", "id", "tr", "ar", "vi", "bg", "ca",
    "hi", "et", "bn", "ta", "ur", "sw", "te", "eu", "ht", "qu",
  ]

  /// Reads a config.
  ///
  /// - Throws: `HypernetworkError` when it is not of a hypernetwork, or of one that graft cannot run;
  ///   `JSONError` when a member is missing or is not what it should be.
  init(_ json: JSON, directory: String) throws {
    let type = json["model_type"]?.string
    guard type == Self.modelType else { throw HypernetworkError(directory, .otherModel(type)) }
    for (key, expected) in Self.unsupportedFlags {
      let value = try Self.flag(json, key)
      guard value == expected else {
        throw HypernetworkError(directory, .unsupported(key: key, value: "\(value)"))
      }
    }
    if let kind = try json.optionalString("hn_model_type"), kind != "roberta" {
      throw HypernetworkError(directory, .unsupported(key: "hn_model_type", value: "`\(kind)`"))
    }
    let hiddenSize = try json.int("hn_hidden_size", in: Self.sizes)
    self.init(
      embeddingSize: try json.int("n_embd", in: Self.sizes), hiddenSize: hiddenSize,
      intermediateSize: try json.int("hn_intermediate_size", in: Self.sizes),
      layerCount: try json.int("hn_n_layers", in: 1...1024),
      headCount: try json.optional("hn_num_attention_heads")?.expectInt(in: Self.sizes),
      surfaceLength: try json.int("hn_surface_maxlen", in: 1...512),
      originalVocabularySize: try json.int("original_vocab_size", in: Self.sizes),
      padToken: try json.int("pad_token_id", in: 0...(1 << 24)),
      hasSeparateOutput: try Self.flag(json, "separate_out_embeddings"))
    extraTokenCount = try json.optional("hn_n_extra_tokens")?.expectInt(in: 0...(1 << 24)) ?? 0
    rescales = try Self.flag(json, "hn_rescale_embeddings")
    isSingleHead = try Self.flag(json, "hn_single_head")
    concatenates = try Self.flag(json, "hn_concat_last_hidden_state")
    predictsBias = try Self.flag(json, "hn_predict_bias")
    if try Self.flag(json, "hn_embed_lang_id") {
      let count = try json.int("n_langs", in: Self.sizes)
      languageCount = count
      let stated = (json["langs"]?.elements).map { Array($0).compactMap(\.string) } ?? []
      languages =
        stated.count == count
        ? stated : count == Self.releasedLanguages.count ? Self.releasedLanguages : []
    }
    guard hiddenSize % headCount == 0 else {
      throw HypernetworkError(
        directory, .unsupported(key: "hn_num_attention_heads", value: "\(headCount)"))
    }
  }

  /// A boolean; false when it is missing or null.
  private static func flag(_ json: JSON, _ key: String) throws(JSONError) -> Bool {
    json.optional(key) == nil ? false : try json.bool(key)
  }
}

// MARK: - Languages

extension HypernetworkConfig {
  /// The number of a language.
  ///
  /// - Parameter code: one of the config's codes, or a number; `nil` for none.
  /// - Returns: `nil` when the network does not tell languages apart and none is given.
  /// - Throws: `HypernetworkError` when a language is wanting, unknown, or of no use.
  public func language(_ code: String?, directory: String) throws(HypernetworkError) -> Int? {
    guard let count = languageCount else {
      guard let code else { return nil }
      throw HypernetworkError(directory, .language(code, known: []))
    }
    let known = languages.isEmpty ? ["0 to \(count - 1)"] : languages
    guard let code else { throw HypernetworkError(directory, .language(nil, known: known)) }
    if let place = languages.firstIndex(of: code) { return place }
    guard let number = Int(code), (0..<count).contains(number) else {
      throw HypernetworkError(directory, .language(code, known: known))
    }
    return number
  }
}

// MARK: - Writing

extension HypernetworkConfig {
  /// The config as ZeTT's class reads it.
  var json: String {
    var members: [(String, String)] = [
      ("architectures", "[\"ZettHypernet\"]"), ("model_type", JSONText.string(Self.modelType)),
      ("n_embd", "\(embeddingSize)"), ("separate_out_embeddings", "\(hasSeparateOutput)"),
      ("original_vocab_size", "\(originalVocabularySize)"), ("pad_token_id", "\(padToken)"),
      ("hn_model_type", "\"roberta\""), ("hn_model_name_or_path", "\"roberta-base\""),
      ("hn_surface_maxlen", "\(surfaceLength)"), ("hn_n_layers", "\(layerCount)"),
      ("hn_hidden_size", "\(hiddenSize)"), ("hn_intermediate_size", "\(intermediateSize)"),
      ("hn_num_attention_heads", "\(headCount)"), ("hn_n_extra_tokens", "\(extraTokenCount)"),
      ("hn_rescale_embeddings", "\(rescales)"), ("hn_single_head", "\(isSingleHead)"),
      ("hn_concat_last_hidden_state", "\(concatenates)"), ("hn_predict_bias", "\(predictsBias)"),
      ("hn_embed_using_source_embeddings", "true"), ("hn_embed_target_priors", "false"),
      ("hn_add_inter_token_attention", "false"),
      ("hn_embed_lang_id", "\(languageCount != nil)"), ("n_langs", "\(languageCount ?? 0)"),
      ("torch_dtype", "\"float32\""),
    ]
    if !languages.isEmpty {
      members.append(("langs", JSONText.list(languages.map { JSONText.string($0) })))
    }
    return "{\n" + members.map { "  \"\($0.0)\": \($0.1)" }.joined(separator: ",\n") + "\n}\n"
  }
}
