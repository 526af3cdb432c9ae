/// Where an architecture keeps the tensors that have one row per token.
///
/// The names are those of transformers' checkpoints. A list has the spellings that occur, with and
/// without the prefix of the class that was saved; the first that a checkpoint has counts.
struct ModelArchitecture: Sendable {
  /// The input embedding.
  var input: [String]
  /// The output projection, where it is not the input embedding itself.
  var output: [String]
  /// Vectors with one element per token that are added to the logits. All that exist count.
  var biases: [String] = []
  /// Tensors that repeat the input embedding, where a checkpoint stores it more than once.
  var copies: [String] = []
  /// Whether input and output are one matrix when the config does not say.
  var isTiedByDefault: Bool
  /// Whether a checkpoint without an output tensor is tied, whatever the config says.
  var isTiedWithoutOutput = false

  /// The architecture of a `model_type`; `nil` for one that graft does not know.
  static func named(_ modelType: String) -> ModelArchitecture? {
    families.first { $0.types.contains(modelType) }?.architecture
  }

  /// All `model_type`s that graft knows, sorted.
  static var knownTypes: [String] { families.flatMap(\.types).sorted() }

  private static let families: [(types: [String], architecture: ModelArchitecture)] = [
    (
      [
        "llama", "mistral", "mixtral", "ministral", "qwen2", "qwen2_moe", "qwen3", "qwen3_moe",
        "phi3", "phimoe", "stablelm", "granite", "granitemoe", "olmo", "olmo2", "olmo3", "olmoe",
        "deepseek_v2", "deepseek_v3", "smollm3", "exaone4", "nemotron", "minimax", "gpt_oss",
        "persimmon", "helium", "seed_oss", "arcee", "apertus", "dots1", "glm4_moe", "ministral3",
        "qwen3_next", "qwen2_vl", "qwen2_5_vl", "hunyuan_v1_moe", "jamba", "bamba", "zamba2",
        "llama4",
        "ernie4_5_moe", "olmo_hybrid",
      ], decoder(isTied: false)
    ),
    (
      [
        "gemma", "gemma2", "gemma3_text", "cohere", "cohere2", "starcoder2", "glm", "glm4",
        "ernie4_5", "hunyuan_v1_dense", "xglm", "lfm2", "recurrent_gemma",
      ], decoder(isTied: true)
    ),
    (["phi"], decoder(isTied: false, biases: ["lm_head.bias"])),
    (
      ["gpt2", "gpt_bigcode", "gpt_neo", "mpt"],
      ModelArchitecture(
        input: ["transformer.wte.weight", "wte.weight"], output: ["lm_head.weight"],
        isTiedByDefault: true)
    ),
    (
      ["gptj", "codegen"],
      ModelArchitecture(
        input: ["transformer.wte.weight", "wte.weight"], output: ["lm_head.weight"],
        biases: ["lm_head.bias"], isTiedByDefault: false)
    ),
    (
      ["falcon", "bloom"],
      ModelArchitecture(
        input: ["transformer.word_embeddings.weight", "word_embeddings.weight"],
        output: ["lm_head.weight"], isTiedByDefault: true)
    ),
    (
      ["gpt_neox"],
      ModelArchitecture(
        input: ["gpt_neox.embed_in.weight", "embed_in.weight"], output: ["embed_out.weight"],
        isTiedByDefault: false)
    ),
    (
      ["opt"],
      ModelArchitecture(
        input: ["model.decoder.embed_tokens.weight", "decoder.embed_tokens.weight"],
        output: ["lm_head.weight"], isTiedByDefault: true)
    ),
    (
      ["biogpt"],
      ModelArchitecture(
        input: ["biogpt.embed_tokens.weight", "embed_tokens.weight"],
        output: ["output_projection.weight"], isTiedByDefault: true)
    ),
    (
      ["mamba", "mamba2", "falcon_mamba"],
      ModelArchitecture(
        input: ["backbone.embeddings.weight", "embeddings.weight"], output: ["lm_head.weight"],
        isTiedByDefault: true)
    ),
    (
      ["internlm2"],
      ModelArchitecture(
        input: ["model.tok_embeddings.weight", "tok_embeddings.weight"], output: ["output.weight"],
        isTiedByDefault: false)
    ),
    (
      ["t5", "mt5", "umt5", "longt5", "switch_transformers"],
      ModelArchitecture(
        input: ["shared.weight"], output: ["lm_head.weight"],
        copies: ["encoder.embed_tokens.weight", "decoder.embed_tokens.weight"],
        isTiedByDefault: true, isTiedWithoutOutput: true)
    ),
    (
      [
        "bart", "mbart", "m2m_100", "pegasus", "marian", "blenderbot", "blenderbot-small", "plbart",
        "led", "bigbird_pegasus",
      ],
      ModelArchitecture(
        input: ["model.shared.weight", "shared.weight"], output: ["lm_head.weight"],
        biases: ["final_logits_bias"],
        copies: ["model.", "", "led."].flatMap {
          [$0 + "encoder.embed_tokens.weight", $0 + "decoder.embed_tokens.weight"]
        },
        isTiedByDefault: true, isTiedWithoutOutput: true)
    ),
    (
      ["whisper"],
      ModelArchitecture(
        input: ["model.decoder.embed_tokens.weight", "decoder.embed_tokens.weight"],
        output: ["proj_out.weight"], isTiedByDefault: true)
    ),
    (
      ["bert", "deberta-v2", "deberta"],
      encoder(
        prefixes: ["bert.", "deberta."],
        output: ["cls.predictions.decoder.weight"],
        biases: [
          "cls.predictions.bias", "cls.predictions.decoder.bias", "lm_predictions.lm_head.bias",
        ])
    ),
    (
      ["roberta", "xlm-roberta", "xlm-roberta-xl", "camembert", "mpnet"],
      encoder(
        prefixes: ["roberta.", "mpnet."], output: ["lm_head.decoder.weight"],
        biases: ["lm_head.bias", "lm_head.decoder.bias"])
    ),
    (
      ["distilbert"],
      encoder(
        prefixes: ["distilbert."], output: ["vocab_projector.weight"],
        biases: ["vocab_projector.bias"])
    ),
    (
      ["electra"],
      encoder(
        prefixes: ["electra."], output: ["generator_lm_head.weight"],
        biases: ["generator_lm_head.bias"])
    ),
    (
      ["albert"],
      encoder(
        prefixes: ["albert."], output: ["predictions.decoder.weight"],
        biases: ["predictions.bias", "predictions.decoder.bias"])
    ),
    (
      ["modernbert"],
      ModelArchitecture(
        input: ["model.embeddings.tok_embeddings.weight", "embeddings.tok_embeddings.weight"],
        output: ["decoder.weight"], biases: ["decoder.bias"], isTiedByDefault: true)
    ),
  ]

  /// Llama and the many that took over its names.
  static func decoder(isTied: Bool, biases: [String] = []) -> ModelArchitecture {
    ModelArchitecture(
      input: ["model.embed_tokens.weight", "embed_tokens.weight"], output: ["lm_head.weight"],
      biases: biases, isTiedByDefault: isTied)
  }

  private static func encoder(
    prefixes: [String], output: [String], biases: [String]
  ) -> ModelArchitecture {
    ModelArchitecture(
      input: (prefixes + [""]).map { $0 + "embeddings.word_embeddings.weight" }, output: output,
      biases: biases, isTiedByDefault: true)
  }
}
