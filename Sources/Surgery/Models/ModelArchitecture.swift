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
  var biases: [String]
  /// Whether input and output are one matrix when the config does not say.
  var isTiedByDefault: Bool

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
        "internlm2", "deepseek_v2", "deepseek_v3", "smollm3", "exaone4", "nemotron", "minimax",
      ], decoder(isTied: false)
    ),
    (
      ["gemma", "gemma2", "gemma3_text", "cohere", "cohere2", "starcoder2", "glm", "glm4"],
      decoder(isTied: true)
    ),
    (["phi"], decoder(isTied: false, biases: ["lm_head.bias"])),
    (
      ["gpt2", "gpt_bigcode", "gpt_neo", "mpt"],
      ModelArchitecture(
        input: ["transformer.wte.weight", "wte.weight"], output: ["lm_head.weight"], biases: [],
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
        output: ["lm_head.weight"], biases: [], isTiedByDefault: true)
    ),
    (
      ["gpt_neox"],
      ModelArchitecture(
        input: ["gpt_neox.embed_in.weight", "embed_in.weight"], output: ["embed_out.weight"],
        biases: [], isTiedByDefault: false)
    ),
    (
      ["opt"],
      ModelArchitecture(
        input: ["model.decoder.embed_tokens.weight", "decoder.embed_tokens.weight"],
        output: ["lm_head.weight"], biases: [], isTiedByDefault: true)
    ),
    (
      ["bert"],
      encoder(
        prefix: "bert.", output: ["cls.predictions.decoder.weight"],
        biases: ["cls.predictions.bias", "cls.predictions.decoder.bias"])
    ),
    (
      ["roberta", "xlm-roberta", "camembert"],
      encoder(
        prefix: "roberta.", output: ["lm_head.decoder.weight"],
        biases: ["lm_head.bias", "lm_head.decoder.bias"])
    ),
    (
      ["distilbert"],
      encoder(
        prefix: "distilbert.", output: ["vocab_projector.weight"],
        biases: ["vocab_projector.bias"])
    ),
  ]

  /// Llama and the many that took over its names.
  private static func decoder(isTied: Bool, biases: [String] = []) -> ModelArchitecture {
    ModelArchitecture(
      input: ["model.embed_tokens.weight", "embed_tokens.weight"], output: ["lm_head.weight"],
      biases: biases, isTiedByDefault: isTied)
  }

  private static func encoder(prefix: String, output: [String], biases: [String])
    -> ModelArchitecture
  {
    let input = "embeddings.word_embeddings.weight"
    return ModelArchitecture(
      input: [prefix + input, input], output: output, biases: biases, isTiedByDefault: true)
  }
}
