internal import ByteIO
internal import TestSupport
internal import Testing
internal import Tokenization
internal import TokenizerFiles

@Suite("Tokenizers of every format against the reference libraries")
struct FormatGoldenTests {
  @Test(
    "Ids, ids with special tokens and decoded texts are those of the reference",
    .enabled(if: ReferenceFiles.areAvailable, Comment(rawValue: ReferenceFiles.hint)),
    arguments: [
      "gpt2", "qwen2", "clip-openai", "gpt2-tiktoken", "whisper-multilingual-tiktoken",
      "llama2-spm", "mistral-v3", "t5-spm", "albert-de-spm", "spm-test", "spm-amr-bpe",
      "gemma-shaped-spm-derived", "gpt2-gguf", "deepseek-coder-gguf", "starcoder-gguf",
      "llama2-gguf",
    ])
  func agrees(id: String) throws {
    let golden = try GoldenSet(id, limit: 120)
    let tokenizer = try Tokenizer(
      contentsOf: golden.path, spec: TokenizerSpec(golden.recipe))
    let isSentencePiece = golden.recipe["engine"]?.string?.hasSuffix("spm") == true
    for row in golden.rows {
      let ids = try tokenizer.encode(row.text, addSpecialTokens: false).ids
      #expect(ids.map(Int.init) == row.ids, "\(row.id)")
      let special = try tokenizer.encode(row.text).ids
      #expect(special.map(Int.init) == row.special, "\(row.id)")
      if let decoded = row.decoded {
        #expect(try tokenizer.decode(isSentencePiece ? ids : special) == decoded, "\(row.id)")
      }
    }
    #expect(golden.rows.count > 50)
  }

  /// Large vocabularies take a while to open in a debug build; a few texts are enough there.
  @Test(
    "The same for the largest vocabularies",
    .enabled(if: ReferenceFiles.areAvailable, Comment(rawValue: ReferenceFiles.hint)),
    arguments: ["llama3", "tekken-240718"])
  func agreesOnLarge(id: String) throws {
    let golden = try GoldenSet(id, limit: 40)
    let tokenizer = try Tokenizer(
      contentsOf: golden.path, spec: TokenizerSpec(golden.recipe))
    for row in golden.rows {
      let ids = try tokenizer.encode(row.text, addSpecialTokens: false).ids
      #expect(ids.map(Int.init) == row.ids, "\(row.id)")
    }
  }
}
