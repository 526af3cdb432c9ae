/// What distinguishes the decoders of one architecture from those of another.
///
/// All of them are one forward pass; this is the table of their differences. A family without any is
/// Llama.
struct ArchitectureFamily: Sendable {
  /// How activations are normalised before a block.
  enum NormalizationKind: Sendable, Equatable {
    /// Division by the root mean square, times a weight.
    case rootMeanSquare
    /// The same, with weights that are stored less one.
    case rootMeanSquareLessOne
    /// Mean and variance, times a weight, plus a bias.
    case layer
  }

  /// How the projections to queries, keys and values are stored.
  enum ProjectionLayout: Sendable {
    /// Three matrices.
    case separate
    /// One matrix: all queries, then all keys, then all values.
    case joined
    /// One matrix: query, key and value of the first head, then of the second …
    case joinedByHead
  }

  /// The form of the feed-forward block.
  enum FeedForwardKind: Sendable {
    /// `down(activation(gate(x)) · up(x))`
    case gated
    /// The same, gate and up stored as one matrix.
    case gatedJoined
    /// `down(activation(up(x)))`
    case plain
  }

  /// Whether projections have a bias.
  enum BiasRule: Sendable {
    case never, always
    /// As a member of the config says.
    case flag(String, default: Bool)
  }

  /// Which layers see only a window of the text before a token.
  enum WindowRule: Sendable {
    case none
    /// All layers, when the config has a `sliding_window`.
    case everyLayer
    /// All but each nth layer; the config may say otherwise under the key, or list the layers.
    case allButEvery(Int, key: String?)
    /// Layers from `max_window_layers` on, when `use_sliding_window` is set.
    case upperLayers
  }

  /// How the two blocks of a layer are joined to the residual stream.
  enum ResidualRule: Sendable {
    case sequential
    /// Both read the layer's input.
    case parallel
    /// As a member of the config says; parallel without it.
    case flag(String)
  }

  /// How much of a head is rotated when the config does not say, and the key under which older configs
  /// say it.
  struct PartialRotation: Sendable {
    var key: String
    var fraction: Double
  }

  /// The `model_type`s.
  var types: [String]
  var names = TensorNames()
  var keys = ConfigKeys()
  /// What missing members of the config stand for.
  var defaults: [String: Double] = [:]
  var defaultActivation = "silu"
  var isTiedByDefault = false

  var normalization = NormalizationKind.rootMeanSquare
  var projections = ProjectionLayout.separate
  var feedForward = FeedForwardKind.gated
  /// Whether matrices are stored inputs × outputs.
  var isStoredByInput = false
  var attentionBias = BiasRule.never
  /// The bias of the projection after attention.
  var attentionOutputBias = BiasRule.never
  var feedForwardBias = BiasRule.never
  var hasHeadBias = false
  /// Whether queries and keys are normalised, head by head.
  var normalizesHeads = false
  /// Whether the output of each block is normalised too.
  var normalizesBlockOutputs = false
  var residual = ResidualRule.sequential
  /// Whether embeddings are multiplied by the root of their width.
  var scalesEmbeddings = false
  /// Whether positions are embedded (GPT-2) and not rotated.
  var hasLearnedPositions = false
  var partialRotation: PartialRotation?
  /// Whether layers with a window have rotations of their own.
  var hasLocalRotation = false
  var windows = WindowRule.none
  /// Whether attention logits are soft-capped where the config has a cap.
  var capsAttention = false
  /// Whether the scale of attention follows `query_pre_attn_scalar`.
  var hasQueryScalar = false

  /// All `model_type`s that graft runs, sorted.
  static var knownTypes: [String] { known.flatMap(\.types).sorted() }

  /// The family of a `model_type`; `nil` for one that graft cannot run.
  static func named(_ modelType: String) -> ArchitectureFamily? {
    known.first { $0.types.contains(modelType) }
  }
}

/// The members of `config.json` that architectures name differently.
struct ConfigKeys: Sendable {
  var hiddenSize = "hidden_size"
  var layerCount = "num_hidden_layers"
  var headCount = "num_attention_heads"
  var intermediateSize = "intermediate_size"
  var positions = "max_position_embeddings"
  var epsilon = "rms_norm_eps"
  var activation = "hidden_act"
  /// The base of rotations in older configs.
  var theta = "rope_theta"
}

/// The names of an architecture's tensors, without the prefix of the class that was saved and without
/// `.weight` and `.bias`. Names of a layer follow `layer` and its number.
struct TensorNames: Sendable {
  var prefixes = ["model.", "", "model.language_model.", "language_model.model."]
  var embedding = "embed_tokens"
  var positions = "wpe"
  var layer = "layers"
  var inputNorm = "input_layernorm"
  var query = "self_attn.q_proj"
  var key = "self_attn.k_proj"
  var value = "self_attn.v_proj"
  var joinedProjection = "self_attn.qkv_proj"
  var queryNorm = "self_attn.q_norm"
  var keyNorm = "self_attn.k_norm"
  var attentionOutput = "self_attn.o_proj"
  /// Before the feed-forward block; `nil` where that reads what attention reads.
  var feedForwardNorm: String? = "post_attention_layernorm"
  var attentionOutputNorm = "post_attention_layernorm"
  var feedForwardOutputNorm = "post_feedforward_layernorm"
  var gate = "mlp.gate_proj"
  var up = "mlp.up_proj"
  var joinedGate = "mlp.gate_up_proj"
  var down = "mlp.down_proj"
  var finalNorm = "norm"
  /// The output projection, which stands beside the prefix.
  var heads = ["lm_head", "language_model.lm_head"]
}
