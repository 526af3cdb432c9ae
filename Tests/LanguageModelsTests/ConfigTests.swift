import ByteIO
import TestSupport
import Testing

@testable import LanguageModels

/// What configs say, old ones and new ones.
@Suite struct ConfigTests {
  private func config(_ type: String, _ members: String = "") throws -> DecoderConfig {
    let text = """
      {"model_type": "\(type)", "vocab_size": 8, "hidden_size": 32, "num_hidden_layers": 8, \
      "num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 8\
      \(members.isEmpty ? "" : ", " + members)}
      """
    return try DecoderConfig(
      JSON(parsing: Array(text.utf8), source: "config.json"), directory: "model")
  }

  @Test(arguments: [
    ("llama", #""rope_theta": 500.0"#, #""rope_parameters": {"rope_theta": 500.0}"#),
    (
      "llama", #""rope_theta": 500.0, "rope_scaling": {"type": "linear", "factor": 2.0}"#,
      #""rope_parameters": {"rope_type": "linear", "rope_theta": 500.0, "factor": 2.0}"#
    ),
    (
      "gpt_neox", #""rotary_emb_base": 500, "rotary_pct": 0.5"#,
      #""rope_parameters": {"rope_theta": 500, "partial_rotary_factor": 0.5}"#
    ),
    (
      "phi3",
      #""original_max_position_embeddings": 32, "rope_theta": 10000, "#
        + #""rope_scaling": {"type": "su", "short_factor": [1, 2, 3, 4], "long_factor": [2, 3, 4, 5]}"#,
      #""original_max_position_embeddings": 32, "rope_parameters": {"rope_type": "longrope", "#
        + #""rope_theta": 10000, "short_factor": [1, 2, 3, 4], "long_factor": [2, 3, 4, 5]}"#
    ),
  ])
  func `Older ways to write rotations mean the same`(type: String, old: String, new: String) throws
  {
    #expect(try config(type, old).rotation == config(type, new).rotation)
  }

  @Test func `Gemma 3 rotates layers with a window by themselves, also in older configs`() throws {
    let old = try config(
      "gemma3_text",
      #""rope_theta": 900, "rope_local_base_freq": 70, "rope_scaling": {"rope_type": "linear", "#
        + #""factor": 8}, "sliding_window_pattern": 3"#)
    #expect(
      old.rotation == RotaryParameters(dimension: 256, theta: 900, scaling: .linear(factor: 8)))
    #expect(old.localRotation == RotaryParameters(dimension: 256, theta: 70))
    #expect(old.windows == [4096, 4096, nil, 4096, 4096, nil, 4096, 4096])
    let bare = try config("gemma3_text")
    #expect(bare.rotation?.theta == 1_000_000 && bare.localRotation?.theta == 10_000)
    #expect(bare.windows.map { $0 == nil } == (1...8).map { $0 % 6 == 0 })
  }

  @Test func `Windows follow each architecture's rule`() throws {
    #expect(try config("llama", #""sliding_window": 9"#).windows == Array(repeating: nil, count: 8))
    #expect(try config("mistral").windows == Array(repeating: 4096, count: 8))
    #expect(
      try config("mistral", #""sliding_window": null"#).windows == Array(repeating: nil, count: 8))
    #expect(
      try config("qwen2", #""sliding_window": 9"#).windows == Array(repeating: nil, count: 8))
    #expect(
      try config(
        "qwen2", #""sliding_window": 9, "use_sliding_window": true, "max_window_layers": 6"#
      ).windows == Array(repeating: nil, count: 6) + [9, 9])
    #expect(
      try config("gemma2", #""sliding_window": 9"#).windows == [9, nil, 9, nil, 9, nil, 9, nil])
  }

  @Test(arguments: [
    (#""rope_scaling": {"rope_type": "spiral", "factor": 2}"#, "rope_scaling.rope_type"),
    (#""hidden_act": "mish""#, "hidden_act"),
    (#""rope_theta": 0.5"#, "rope_theta"),
  ])
  func `What graft does not do is refused by its key`(members: String, key: String) throws {
    let error = #expect(throws: LanguageModelError.self) { try config("llama", members) }
    #expect(error?.description.contains("`\(key)`") == true, "\(String(describing: error))")
  }

  @Test func `An unknown architecture is refused with the known ones`() throws {
    let error = #expect(throws: LanguageModelError.self) { try config("mamba") }
    #expect(error?.problem == .unknownArchitecture("mamba"))
    #expect(error?.description.contains("gemma2, gemma3") == true)
  }

  @Test(arguments: [
    (#""num_hidden_layers": "two""#, "num_hidden_layers"), (#""hidden_size": 0"#, "hidden_size"),
    (#""rope_scaling": {"rope_type": "linear"}"#, "factor"),
    (
      #""layer_types": ["full_attention"], "sliding_window": 3, "use_sliding_window": true"#,
      "layer_types"
    ),
  ])
  func `A member that is not what it should be is named`(members: String, key: String) throws {
    let error = #expect(throws: JSONError.self) { try config("qwen2", members) }
    #expect(error?.description.contains(key) == true, "\(String(describing: error))")
  }
}
