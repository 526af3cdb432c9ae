import ByteIO
import Tensors
import TestSupport
import Testing

@testable import Surgery

/// The architectures whose vocabularies can be operated on, and what is refused.
@Suite struct ArchitectureTests {
  /// An architecture with its tensor names.
  struct Layout: Sendable, CustomTestStringConvertible {
    var type: String
    var architecture: String?
    var input: String
    var output: String?
    var biases: [String] = []
    var storesBiasesAsRows = false
    var copies: [String] = []
    var text: (key: String, modelType: String)?
    var isTied: Bool?
    var expectedTied: Bool

    var testDescription: String { "\(type) \(input)" }
  }

  static let layouts = [
    Layout(type: "gpt2", input: "wte.weight", expectedTied: true),
    Layout(
      type: "gpt2", input: "transformer.wte.weight", output: "lm_head.weight", expectedTied: true),
    Layout(
      type: "gpt2", input: "transformer.wte.weight", output: "lm_head.weight", isTied: false,
      expectedTied: false),
    Layout(
      type: "gpt_neox", input: "gpt_neox.embed_in.weight", output: "embed_out.weight",
      expectedTied: false),
    Layout(
      type: "gpt_neox", architecture: "GPTNeoXModel", input: "embed_in.weight",
      expectedTied: false),
    Layout(
      type: "bert", architecture: "BertForMaskedLM",
      input: "bert.embeddings.word_embeddings.weight",
      output: "cls.predictions.decoder.weight",
      biases: ["cls.predictions.bias", "cls.predictions.decoder.bias"], expectedTied: true),
    Layout(
      type: "bert", architecture: "BertModel", input: "embeddings.word_embeddings.weight",
      expectedTied: true),
    Layout(
      type: "roberta", input: "roberta.embeddings.word_embeddings.weight",
      biases: ["lm_head.bias"], expectedTied: true),
    Layout(
      type: "distilbert", input: "distilbert.embeddings.word_embeddings.weight",
      output: "vocab_projector.weight", biases: ["vocab_projector.bias"], isTied: false,
      expectedTied: false),
    Layout(
      type: "phi", input: "model.embed_tokens.weight", output: "lm_head.weight",
      biases: ["lm_head.bias"], expectedTied: false),
    Layout(
      type: "gptj", input: "transformer.wte.weight", output: "lm_head.weight",
      biases: ["lm_head.bias"], isTied: false, expectedTied: false),
    Layout(
      type: "qwen2", input: "model.embed_tokens.weight", isTied: true, expectedTied: true),
    Layout(type: "gemma2", input: "model.embed_tokens.weight", expectedTied: true),
    Layout(
      type: "opt", input: "model.decoder.embed_tokens.weight", expectedTied: true),
    Layout(type: "bloom", input: "word_embeddings.weight", expectedTied: true),
    Layout(
      type: "albert", architecture: "AlbertForMaskedLM",
      input: "albert.embeddings.word_embeddings.weight",
      biases: ["predictions.bias", "predictions.decoder.bias"], expectedTied: true),
    Layout(
      type: "modernbert", architecture: "ModernBertForMaskedLM",
      input: "model.embeddings.tok_embeddings.weight", biases: ["decoder.bias"], expectedTied: true),
    Layout(type: "mamba", input: "backbone.embeddings.weight", expectedTied: true),
    Layout(
      type: "t5", architecture: "T5ForConditionalGeneration", input: "shared.weight",
      copies: ["encoder.embed_tokens.weight", "decoder.embed_tokens.weight"], expectedTied: true),
    Layout(
      type: "mt5", architecture: "MT5ForConditionalGeneration", input: "shared.weight",
      output: "lm_head.weight", copies: ["decoder.embed_tokens.weight"], isTied: false,
      expectedTied: false),
    // A checkpoint without an output matrix is tied, whatever its config says.
    Layout(
      type: "t5", architecture: "T5ForConditionalGeneration", input: "shared.weight", isTied: false,
      expectedTied: true),
    Layout(
      type: "bart", architecture: "BartForConditionalGeneration", input: "model.shared.weight",
      output: "lm_head.weight", biases: ["final_logits_bias"], storesBiasesAsRows: true,
      copies: ["model.encoder.embed_tokens.weight", "model.decoder.embed_tokens.weight"],
      expectedTied: true),
    Layout(
      type: "llava", architecture: "LlavaForConditionalGeneration",
      input: "language_model.model.embed_tokens.weight", output: "language_model.lm_head.weight",
      text: ("text_config", "llama"), isTied: false, expectedTied: false),
    Layout(
      type: "gemma3", architecture: "Gemma3ForConditionalGeneration",
      input: "language_model.model.embed_tokens.weight", text: ("text_config", "gemma3_text"),
      expectedTied: true),
    Layout(
      type: "qwen3_vl", architecture: "Qwen3VLForConditionalGeneration",
      input: "model.language_model.embed_tokens.weight", output: "lm_head.weight",
      text: ("text_config", "qwen3_vl_text"), isTied: false, expectedTied: false),
    Layout(
      type: "internvl_chat", architecture: "InternVLChatModel",
      input: "language_model.model.embed_tokens.weight", output: "language_model.lm_head.weight",
      text: ("llm_config", "qwen2"), isTied: false, expectedTied: false),
  ]

  @Test(
    "The tensors of an architecture are found and replaced, biases included", arguments: layouts)
  func architectures(layout: Layout) throws {
    var base = TransplantCase.base
    base.modelType = layout.type
    base.architecture = layout.architecture
    base.inputName = layout.input
    base.outputName = layout.output
    base.biasNames = layout.biases
    base.storesBiasesAsRows = layout.storesBiasesAsRows
    base.inputCopies = layout.copies
    base.textConfig = layout.text
    base.isTied = layout.isTied
    let models = try TransplantCase(base: base)
    try models.run(rows: TransplantCase.donor.rows)
    let out = try ModelDirectory(models.out)
    let tensors = out.vocabularyTensors
    #expect(tensors.isTied == layout.expectedTied)
    #expect(tensors.input.name == layout.input)
    #expect(tensors.biases.map(\.name) == layout.biases)
    #expect(tensors.inputCopies == layout.copies)
    let rows = TransplantCase.donor.rows
    for bias in layout.biases {
      let shape = layout.storesBiasesAsRows ? [1, rows] : [rows]
      #expect(out.checkpoint[bias]?.tensor.shape == shape)
    }
    if let text = layout.text {
      #expect(out.config[text.key]?["vocab_size"]?.int == rows && out.config["vocab_size"] == nil)
    }
    #expect(ModelVerification(models.out).problems == [])
  }

  @Test(arguments: [
    ("model.embed_tokens.qweight", "is a quantised form"),
    ("lm_head.weight_scale", "is a quantised form"),
    ("model.embed_tokens_per_layer.weight", "an embedding for every layer"),
  ])
  func `Embeddings that are no plain matrix are refused`(tensor: String, complaint: String) throws {
    var base = TransplantCase.base
    base.inputCopies = [tensor]
    let models = try TransplantCase(base: base)
    let error = #expect(throws: ModelError.self) { try ModelDirectory(models.base) }
    #expect(error?.description.contains(complaint) == true)
  }

  @Test func `A body that is quantised is copied as it is`() throws {
    var base = TransplantCase.base
    base.config = [("quantization_config", #"{"quant_method": "gptq", "bits": 4}"#)]
    base.inputCopies = ["model.layers.0.mlp.up_proj.qweight", "model.layers.0.mlp.up_proj.scales"]
    try TransplantCase(base: base).run()
  }

  @Test func `Parts with embeddings of their own are refused`() throws {
    var base = TransplantCase.base
    (base.modelType, base.inputName, base.outputName) = ("bart", "model.shared.weight", nil)
    base.biasNames = ["model.encoder.embed_tokens.weight"]
    let models = try TransplantCase(base: base)
    let error = #expect(throws: ModelError.self) { try ModelDirectory(models.base) }
    #expect(error?.description.contains("vocabularies of their own") == true)
  }

  @Test func `Ids in the part about text are the donor's, and placeholders must not be lost`()
    throws
  {
    var base = TransplantCase.base
    base.textConfig = ("text_config", "llama")
    (base.modelType, base.architecture) = ("llava", "LlavaForConditionalGeneration")
    base.inputName = "language_model.model.embed_tokens.weight"
    base.outputName = "language_model.lm_head.weight"
    let kept = try #require(base.id(of: " word30"))
    base.config = [("image_token_index", "\(kept)")]
    let models = try TransplantCase(base: base)
    try models.run()
    let id = try #require(TransplantCase.donor.id(of: " word30"))
    #expect(try ModelDirectory(models.out).config["image_token_index"]?.int == id)

    let lost = try #require(base.id(of: " word3"))
    base.config = [("image_token_index", "\(lost)")]
    let error = #expect(throws: ModelError.self) { try TransplantCase(base: base).transplant() }
    #expect(error?.description.contains("`image_token_index` (`Ġword3`)") == true)
  }
}
