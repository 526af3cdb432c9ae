extension ArchitectureFamily {
  /// The table of differences, as transformers 5.23 has them.
  static let known: [ArchitectureFamily] = [
    llama, mistral, qwen2, qwen3, gemma, gemma2, gemma3, phi, phi3, gpt2, gptNeoX,
  ]

  private static let llama = ArchitectureFamily(
    types: ["llama"], defaults: ["max_position_embeddings": 2048],
    attentionBias: .flag("attention_bias", default: false),
    attentionOutputBias: .flag("attention_bias", default: false),
    feedForwardBias: .flag("mlp_bias", default: false))

  private static let mistral = ArchitectureFamily(
    types: ["mistral"],
    defaults: [
      "max_position_embeddings": 131072, "num_key_value_heads": 8, "sliding_window": 4096,
    ],
    windows: .everyLayer)

  private static let qwen2 = ArchitectureFamily(
    types: ["qwen2"], defaults: qwenDefaults, attentionBias: .always, windows: .upperLayers)

  private static let qwen3 = ArchitectureFamily(
    types: ["qwen3"], defaults: qwenDefaults.merging(["head_dim": 128]) { $1 },
    attentionBias: .flag("attention_bias", default: false),
    attentionOutputBias: .flag("attention_bias", default: false), normalizesHeads: true,
    windows: .upperLayers)

  private static let qwenDefaults: [String: Double] = [
    "max_position_embeddings": 32768, "num_key_value_heads": 32, "sliding_window": 4096,
    "max_window_layers": 28,
  ]

  // MARK: Gemma

  private static let gemma = ArchitectureFamily(
    types: ["gemma"],
    defaults: [
      "max_position_embeddings": 8192, "head_dim": 256, "num_key_value_heads": 16,
    ],
    defaultActivation: "gelu_pytorch_tanh", isTiedByDefault: true,
    normalization: .rootMeanSquareLessOne,
    attentionBias: .flag("attention_bias", default: false),
    attentionOutputBias: .flag("attention_bias", default: false), scalesEmbeddings: true)

  private static let gemma2 = ArchitectureFamily(
    types: ["gemma2"], names: gemmaNames, keys: ConfigKeys(activation: "hidden_activation"),
    defaults: [
      "max_position_embeddings": 8192, "head_dim": 256, "num_attention_heads": 8,
      "num_key_value_heads": 4, "query_pre_attn_scalar": 256, "sliding_window": 4096,
      "final_logit_softcapping": 30, "attn_logit_softcapping": 50,
    ],
    defaultActivation: "gelu_pytorch_tanh", isTiedByDefault: true,
    normalization: .rootMeanSquareLessOne,
    attentionBias: .flag("attention_bias", default: false),
    attentionOutputBias: .flag("attention_bias", default: false), normalizesBlockOutputs: true,
    scalesEmbeddings: true, windows: .allButEvery(2, key: nil), capsAttention: true,
    hasQueryScalar: true)

  /// transformers reads `attn_logit_softcapping` for Gemma 3 and does not apply it.
  private static let gemma3 = ArchitectureFamily(
    types: ["gemma3_text", "gemma3"], names: gemmaNames,
    keys: ConfigKeys(activation: "hidden_activation"),
    defaults: [
      "max_position_embeddings": 131072, "head_dim": 256, "num_attention_heads": 8,
      "num_key_value_heads": 4, "query_pre_attn_scalar": 256, "sliding_window": 4096,
      "rope_theta": 1_000_000, "vocab_size": 262_208,
    ],
    defaultActivation: "gelu_pytorch_tanh", isTiedByDefault: true,
    normalization: .rootMeanSquareLessOne,
    attentionBias: .flag("attention_bias", default: false),
    attentionOutputBias: .flag("attention_bias", default: false), normalizesHeads: true,
    normalizesBlockOutputs: true, scalesEmbeddings: true, hasLocalRotation: true,
    windows: .allButEvery(6, key: "sliding_window_pattern"), hasQueryScalar: true)

  private static let gemmaNames = TensorNames(feedForwardNorm: "pre_feedforward_layernorm")

  // MARK: Phi

  private static let phi = ArchitectureFamily(
    types: ["phi"],
    names: TensorNames(
      attentionOutput: "self_attn.dense", feedForwardNorm: nil, up: "mlp.fc1", down: "mlp.fc2",
      finalNorm: "final_layernorm"),
    keys: ConfigKeys(epsilon: "layer_norm_eps"),
    defaults: ["max_position_embeddings": 2048, "layer_norm_eps": 1e-5],
    defaultActivation: "gelu_new", normalization: .layer, feedForward: .plain,
    attentionBias: .always, attentionOutputBias: .always, feedForwardBias: .always,
    hasHeadBias: true, residual: .parallel,
    partialRotation: PartialRotation(key: "partial_rotary_factor", fraction: 0.5))

  private static let phi3 = ArchitectureFamily(
    types: ["phi3"],
    defaults: [
      "max_position_embeddings": 4096, "original_max_position_embeddings": 4096,
      "rms_norm_eps": 1e-5,
    ],
    projections: .joined, feedForward: .gatedJoined,
    partialRotation: PartialRotation(key: "partial_rotary_factor", fraction: 1),
    windows: .everyLayer)

  // MARK: GPT

  private static let gpt2 = ArchitectureFamily(
    types: ["gpt2"],
    names: TensorNames(
      prefixes: ["transformer.", ""], embedding: "wte", layer: "h", inputNorm: "ln_1",
      joinedProjection: "attn.c_attn", attentionOutput: "attn.c_proj", feedForwardNorm: "ln_2",
      up: "mlp.c_fc", down: "mlp.c_proj", finalNorm: "ln_f"),
    keys: ConfigKeys(
      hiddenSize: "n_embd", layerCount: "n_layer", headCount: "n_head",
      intermediateSize: "n_inner", positions: "n_positions", epsilon: "layer_norm_epsilon",
      activation: "activation_function"),
    defaults: [
      "n_embd": 768, "n_layer": 12, "n_head": 12, "n_positions": 1024, "layer_norm_epsilon": 1e-5,
    ],
    defaultActivation: "gelu_new", isTiedByDefault: true, normalization: .layer,
    projections: .joined, feedForward: .plain, isStoredByInput: true, attentionBias: .always,
    attentionOutputBias: .always, feedForwardBias: .always, hasLearnedPositions: true)

  private static let gptNeoX = ArchitectureFamily(
    types: ["gpt_neox"],
    names: TensorNames(
      prefixes: ["gpt_neox.", ""], embedding: "embed_in",
      joinedProjection: "attention.query_key_value", attentionOutput: "attention.dense",
      up: "mlp.dense_h_to_4h", down: "mlp.dense_4h_to_h", finalNorm: "final_layer_norm",
      heads: ["embed_out"]),
    keys: ConfigKeys(epsilon: "layer_norm_eps", theta: "rotary_emb_base"),
    defaults: ["max_position_embeddings": 2048, "layer_norm_eps": 1e-5],
    defaultActivation: "gelu", normalization: .layer, projections: .joinedByHead,
    feedForward: .plain, attentionBias: .flag("attention_bias", default: true),
    attentionOutputBias: .flag("attention_bias", default: true), feedForwardBias: .always,
    residual: .flag("use_parallel_residual"),
    partialRotation: PartialRotation(key: "rotary_pct", fraction: 0.25))
}
