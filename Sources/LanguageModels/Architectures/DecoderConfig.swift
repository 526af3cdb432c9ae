internal import ByteIO

/// The shape of a decoder, read from its config.
struct DecoderConfig: Sendable {
  let family: ArchitectureFamily
  let modelType: String
  let vocabularySize: Int
  let hiddenSize: Int
  let layerCount: Int
  let headCount: Int
  /// Groups of query heads share a key and a value head.
  let keyValueHeadCount: Int
  let headDimension: Int
  let intermediateSize: Int
  /// The positions that the model was made for.
  let positionCount: Int
  /// What is added to a variance before its root is taken.
  let epsilon: Float
  let activation: Activation
  let isTied: Bool
  let hasParallelResidual: Bool
  let hasAttentionBias: Bool
  let hasAttentionOutputBias: Bool
  let hasFeedForwardBias: Bool
  let embeddingScale: Float
  /// What the products of queries and keys are multiplied by, layer by layer.
  let attentionScales: [Float]
  /// How many tokens each layer sees, the token itself included; `nil` for all.
  let windows: [Int?]
  /// The bound of attention logits: c · tanh(x / c).
  let attentionCap: Float?
  /// The bound of the model's logits.
  let logitCap: Float?
  /// The rotation of layers that see all of the text; `nil` when positions are embedded.
  let rotation: RotaryParameters?
  /// The rotation of layers with a window, where it is another.
  let localRotation: RotaryParameters?

  /// The width of all queries of one token, one after another.
  var queryWidth: Int { headCount * headDimension }
  /// The width of all keys, or all values, of one token.
  var keyWidth: Int { keyValueHeadCount * headDimension }

  /// Reads a `config.json`, or the `text_config` in it.
  ///
  /// - Throws: `LanguageModelError` when graft cannot run the architecture or an option of it,
  ///   `JSONError` when a member is missing or not what it should be.
  init(_ document: JSON, directory: String) throws {
    let nested = document.optional("text_config")
    let json = try (nested ?? document).expectObject()
    let type = try json.optionalString("model_type") ?? document.optionalString("model_type")
    guard let type, let family = ArchitectureFamily.named(type) else {
      throw LanguageModelError(directory, .unknownArchitecture(type))
    }
    self.family = family
    modelType = type
    let keys = family.keys
    let reader = ConfigReader(json: json, defaults: family.defaults)
    func refuse(_ key: String) -> LanguageModelError {
      let text = json[key].map { String(decoding: $0.text.prefix(40), as: UTF8.self) } ?? "nothing"
      return LanguageModelError(directory, .unsupported(key: key, value: text))
    }
    for key in ["use_bidirectional_attention", "qk_layernorm"]
    where try reader.flag(key, default: false) {
      throw refuse(key)
    }

    vocabularySize = try reader.integer("vocab_size")
    hiddenSize = try reader.integer(keys.hiddenSize)
    layerCount = try reader.integer(keys.layerCount)
    headCount = try reader.integer(keys.headCount)
    keyValueHeadCount =
      family.keepsAllHeads
      ? headCount : try reader.optionalInteger("num_key_value_heads") ?? headCount
    headDimension = try reader.optionalInteger("head_dim") ?? hiddenSize / headCount
    guard headCount % keyValueHeadCount == 0 else { throw refuse("num_key_value_heads") }
    intermediateSize =
      try family.hasLearnedPositions
      ? reader.optionalInteger(keys.intermediateSize) ?? 4 * hiddenSize
      : reader.integer(keys.intermediateSize)
    positionCount = try reader.integer(keys.positions)
    epsilon = Float(try reader.number(keys.epsilon) ?? 1e-6)

    let name = try json.optionalString(keys.activation) ?? family.defaultActivation
    guard let activation = Activation(name: name, in: family) else { throw refuse(keys.activation) }
    self.activation = activation

    isTied = try reader.flag(
      "tie_word_embeddings",
      default: document.optional("tie_word_embeddings")?.bool ?? family.isTiedByDefault)
    hasParallelResidual =
      switch family.residual {
      case .sequential: false
      case .parallel: true
      case .flag(let key): try reader.flag(key, default: true)
      }
    hasAttentionBias = try family.attentionBias.holds(reader)
    hasAttentionOutputBias = try family.attentionOutputBias.holds(reader)
    hasFeedForwardBias = try family.feedForwardBias.holds(reader)

    embeddingScale = family.scalesEmbeddings ? Float(Double(hiddenSize).squareRoot()) : 1
    attentionScales = try Self.attentionScales(
      reader, family, headDimension: headDimension, layers: layerCount)
    attentionCap =
      family.capsAttention ? try reader.number("attn_logit_softcapping").map { Float($0) } : nil
    logitCap = try reader.number("final_logit_softcapping").map { Float($0) }
    windows = try Self.windows(reader, family, layers: layerCount)
    let rotations = RotaryReader(
      reader: reader, family: family, headDimension: headDimension, positions: positionCount,
      directory: directory)
    rotation = family.hasLearnedPositions ? nil : try rotations.global()
    localRotation = family.hasLocalRotation ? try rotations.local() : nil
  }

  private static func attentionScales(
    _ reader: ConfigReader, _ family: ArchitectureFamily, headDimension: Int, layers: Int
  ) throws(JSONError) -> [Float] {
    let width =
      family.hasQueryScalar
      ? try reader.number("query_pre_attn_scalar") ?? 256 : Double(headDimension)
    let isScaled = try reader.flag("scale_attn_weights", default: true)
    let scale = isScaled ? 1 / width.squareRoot() : 1
    let fallsWithDepth = try reader.flag("scale_attn_by_inverse_layer_idx", default: false)
    return (0..<layers).map { Float(fallsWithDepth ? scale / Double($0 + 1) : scale) }
  }
}

extension ArchitectureFamily {
  /// Whether every query head has a key and a value head of its own.
  var keepsAllHeads: Bool {
    if case .joinedByHead = projections { return true }
    return hasLearnedPositions
  }
}

extension ArchitectureFamily.BiasRule {
  /// Whether a model with this config has the bias.
  func holds(_ config: ConfigReader) throws(JSONError) -> Bool {
    switch self {
    case .never: false
    case .always: true
    case .flag(let key, let fallback): try config.flag(key, default: fallback)
    }
  }
}
