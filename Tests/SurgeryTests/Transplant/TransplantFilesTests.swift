import ByteIO
import TestSupport
import Testing

@testable import Surgery

/// The files of a transplanted model beside its weights.
@Suite struct TransplantFilesTests {
  // MARK: Configs

  @Test("config.json gets the new size and the donor's special tokens; all other bytes stay")
  func config() throws {
    var (base, donor) = (TransplantCase.base, TransplantCase.donor)
    base.config = [
      ("bos_token_id", "0"), ("eos_token_id", "[1, 2]"), ("pad_token_id", "2"),
      ("rope_theta", "1.00e+4"), ("note", "\"é\\u00e9\""),
    ]
    donor.config = [("bos_token_id", "1"), ("eos_token_id", "[0,  5]"), ("rope_theta", "7")]
    let models = try TransplantCase(base: base, donor: donor)
    try models.run()
    let text = try models.text("config.json")
    #expect(
      text == """
        {
            "architectures": ["LlamaForCausalLM"],
            "hidden_size": 12,
            "model_type": "llama",
            "tie_word_embeddings": false,
            "vocab_size": 308,
            "bos_token_id": 1,
            "eos_token_id": [0,  5],
            "pad_token_id": null,
            "rope_theta": 1.00e+4,
            "note": "é\\u00e9"
        }

        """)
  }

  @Test("Roles that only the donor's config has are added")
  func addsRoles() throws {
    var donor = TransplantCase.donor
    donor.config = [("pad_token_id", "7"), ("cls_token_id", "null")]
    let models = try TransplantCase(donor: donor)
    try models.run()
    let config = try ModelDirectory(models.out).config
    #expect(config["pad_token_id"]?.int == 7)
    #expect(config["cls_token_id"] == nil && config["bos_token_id"] == nil)
  }

  @Test("Without a config of the donor the roles of its tokenizer count")
  func rolesFromTokenizer() throws {
    var base = TransplantCase.base
    base.config = [("bos_token_id", "0"), ("eos_token_id", "1"), ("sep_token_id", "1")]
    let models = try TransplantCase(base: base)
    try models.run()
    let config = try ModelDirectory(models.out).config
    #expect(config["bos_token_id"]?.int == 1)
    #expect(config["eos_token_id"]?.int == 0)
    #expect(config["sep_token_id"]?.isNull == true)
  }

  @Test("generation_config.json gets the donor's ids, and the counterparts of what the donor lacks")
  func generationConfig() throws {
    var (base, donor) = (TransplantCase.base, TransplantCase.donor)
    let shared = try #require(base.id(of: " word30"))
    let other = try #require(base.id(of: " word39"))
    let lost = try #require(base.id(of: " word3"))
    base.generationConfig = """
      {"bos_token_id": 0, "eos_token_id": [1, 2], "temperature": 0.70, "top_k": 5,
       "forced_eos_token_id": \(lost), "decoder_start_token_id": \(shared),
       "suppress_tokens": [\(shared), \(lost), \(other)], "bad_words_ids": [[\(shared)]],
       "begin_suppress_tokens": null}
      """
    donor.generationConfig = #"{"eos_token_id": [0, 9], "temperature": 0.1, "pad_token_id": 3}"#
    let models = try TransplantCase(base: base, donor: donor)
    try models.run()
    let newShared = try #require(donor.id(of: " word30"))
    let newOther = try #require(donor.id(of: " word39"))
    #expect(
      try models.text("generation_config.json") == """
        {"bos_token_id": 1, "eos_token_id": [0, 9], "temperature": 0.70, "top_k": 5,
         "forced_eos_token_id": null, "decoder_start_token_id": \(newShared),
         "suppress_tokens": [\(newShared),\(newOther)], "bad_words_ids": null,
         "begin_suppress_tokens": null,"pad_token_id": 3}
        """)
  }

  @Test("A base without generation_config.json stays without one")
  func noGenerationConfig() throws {
    var donor = TransplantCase.donor
    donor.generationConfig = "{}"
    let models = try TransplantCase(donor: donor)
    try models.run()
    #expect(!FileSystem.isFile(models.out + "/generation_config.json"))
  }

  @Test("A key that a config repeats is changed in every place")
  func repeatedKeys() throws {
    var base = TransplantCase.base
    base.config = [("eos_token_id", "1"), ("eos_token_id", "1"), ("vocab_size", "1")]
    let models = try TransplantCase(base: base)
    try models.run()
    let ids = Array(try ModelDirectory(models.out).config.members)
      .filter { ["eos_token_id", "vocab_size"].contains($0.key.string) }.map(\.value.int)
    #expect(ids == [308, 0, 0, 308])
  }

  // MARK: Other files

  @Test("Other files of the base are copied, sub-directories too; stale ones are not")
  func otherFiles() throws {
    var (base, donor) = (TransplantCase.base, TransplantCase.donor)
    let kept = [
      "README.md", "modeling_x.py", "1_Pooling/config.json", "a/b/c.txt", ".gitattributes", "empty",
    ]
    let stale = [
      "pytorch_model.bin", "model-q4.gguf", "pytorch_model.bin.index.json", "tf_model.h5",
      "flax_model.msgpack", "onnx/model.onnx", "original/consolidated.00.pth", "graft.json",
      "tokenizer.model", "vocab.json", "merges.txt", "special_tokens_map.json", "added_tokens.json",
      "chat_template.jinja", ".git/HEAD", "adapter_model.safetensors", "tokenizer.model.v3",
    ]
    base.files = (kept + stale).map { name in
      (name, name == "empty" ? "" : name.hasSuffix("map.json") ? "{}" : "base \(name)")
    }
    donor.files = ["README.md", "chat_template.jinja", "vocab.txt", "pytorch_model.bin"]
      .map { ($0, "donor \($0)") }
    let models = try TransplantCase(base: base, donor: donor)
    try models.run()
    for name in kept { #expect(try models.text(name) == (name == "empty" ? "" : "base \(name)")) }
    for name in ["chat_template.jinja", "vocab.txt"] {
      #expect(try models.text(name) == "donor \(name)")
    }
    #expect(
      Set(try FileSystem.names(inDirectory: models.out))
        == [
          "README.md", "modeling_x.py", "1_Pooling", "a", ".gitattributes", "empty", "onnx",
          "original", "chat_template.jinja", "vocab.txt", "config.json", "graft.json",
          "model.safetensors", "tokenizer.json", "tokenizer_config.json",
        ])
    #expect(try FileSystem.names(inDirectory: models.out + "/onnx").isEmpty)
    #expect(try FileSystem.names(inDirectory: models.out + "/original").isEmpty)
  }

  @Test("Inputs are the same bytes afterwards")
  func inputsAreUntouched() throws {
    let models = try TransplantCase()
    func digest() throws -> String {
      let files = try [models.base, models.donor].flatMap { directory in
        try FileSystem.names(inDirectory: directory).map { directory + "/" + $0 }
      }
      return try ChildProcess.run(["sha256sum"] + files).text
    }
    let before = try digest()
    try models.run()
    #expect(try digest() == before)
  }

  // MARK: The manifest

  @Test("The manifest states what was asked for and of which models")
  func manifest() throws {
    let models = try TransplantCase()
    var options = TransplantOptions(
      method: SparseTransplant(.init(sparsity: 3, selection: .mergekit, tolerance: 0.5)))
    options.rowCount = .multiple(of: 64)
    try models.run(options, rows: 320)
    let manifest = try JSON(parsing: Array(models.text("graft.json").utf8), source: "graft.json")
    #expect(manifest["format"]?.int == 1)
    #expect(manifest["graft"]?.string == graftVersion)
    #expect(manifest["operation"]?.string == "transplant")
    let asked = try manifest.required("options")
    #expect(asked["method"]?.string == "omp-r3" && asked["k"]?.int == 3)
    #expect(asked["selection"]?.string == "mergekit" && asked["tolerance"]?.double == 0.5)
    #expect(asked["padTo"]?.int == 64)
    #expect(manifest["base"]?["name"]?.string == "base")
    #expect(manifest["donor"]?["name"]?.string == "donor")
    for matrix in try manifest.required("matrices").elements {
      for row in try matrix.required("rows").elements where row["from"]?.string == "omp" {
        #expect((1...3).contains(row["anchors"]?.count ?? 0))
      }
    }
  }
}
