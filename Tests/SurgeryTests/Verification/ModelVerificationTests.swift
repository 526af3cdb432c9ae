import ByteIO
import Tensors
import TestSupport
import Testing

@testable import Surgery

/// What `ModelVerification` finds wrong with a directory: exactly what was damaged.
@Suite struct ModelVerificationTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private var sound: ModelFixture {
    var fixture = ModelFixture(seed: 5, words: ModelFixture.words(0..<20))
    fixture.config = [
      ("bos_token_id", "0"), ("eos_token_id", "[1, 258]"), ("pad_token_id", "null"),
    ]
    fixture.generationConfig = #"{"eos_token_id": [1], "bos_token_id": 0, "pad_token_id": -1}"#
    return fixture
  }

  /// The problems of a fixture, without the name of its directory.
  private func problems(
    of fixture: ModelFixture, damage: (_ path: String) throws -> Void = { _ in }
  ) throws -> [String] {
    let path = directory("model")
    if FileSystem.isDirectory(path) { try FileSystem.removeTree(path) }
    try fixture.write(to: path)
    try damage(path)
    let verification = ModelVerification(path)
    #expect(verification.isSound == verification.problems.isEmpty)
    #expect(verification.skipped.isEmpty)
    return verification.problems.map { $0.replacing(path, with: "DIR") }
  }

  private func replace(_ name: String, with content: some Collection<UInt8>) throws {
    try FileSystem.removeTree(directory("model/" + name))
    try directory.write("model/" + name, content)
  }

  // MARK: Sound directories

  @Test("Sound directories have no problem")
  func soundDirectories() throws {
    #expect(try problems(of: sound) == [])
    var fixture = sound
    fixture.shards = 3
    fixture.extraRows = 5
    fixture.biasNames = ["lm_head.bias"]
    fixture.modelType = "phi"
    #expect(try problems(of: fixture) == [])
    fixture.isTied = true
    fixture.elementType = .bfloat16
    #expect(try problems(of: fixture) == [])
    fixture.generationConfig = nil
    fixture.skippedIDs = [100, 200]
    #expect(try problems(of: fixture) == [])
    for path in [PackageFiles.exampleBase, PackageFiles.exampleDonor] {
      #expect(ModelVerification(path).problems == [])
      #expect(ModelVerification(path).skipped == [])
    }
  }

  @Test("A padding row may be all zeros")
  func zeroPadding() throws {
    var fixture = sound
    fixture.extraRows = 1
    fixture.fixedRows = [fixture.rows - 1: [Float](repeating: 0, count: fixture.dimension)]
    #expect(try problems(of: fixture) == [])
  }

  // MARK: Single damages

  @Test("Nothing there, or nothing in it")
  func nothing() throws {
    #expect(
      ModelVerification(directory("x")).problems
        == [ModelError(directory("x"), .noDirectory).description])
    try FileSystem.createDirectory(directory("x"))
    let problems = ModelVerification(directory("x")).problems
    #expect(problems.count == 3)
    for name in ["config.json", "tokenizer.json", "model.safetensors"] {
      #expect(problems.contains { $0.contains(name) })
    }
  }

  @Test("Weights with more or fewer rows than vocab_size", arguments: [-1, 1])
  func wrongSize(difference: Int) throws {
    var fixture = sound
    fixture.extraRows = 10
    fixture.vocabularySize = fixture.rows + difference
    let tensors = ["model.embed_tokens.weight", "lm_head.weight"]
    #expect(
      try problems(of: fixture).contains(
        "`\(tensors[0])` has \(fixture.rows) rows, but vocab_size is \(fixture.rows + difference)"))
    #expect(try problems(of: fixture).count == 1)
  }

  @Test("A tokenizer with ids beyond the rows")
  func idsBeyondRows() throws {
    var fixture = sound
    fixture.extraRows = -3
    #expect(
      try problems(of: fixture)
        == ["the tokenizer has ids up to 277, but vocab_size is 275"])
  }

  @Test(
    "Ids in configs that are no rows, no tokens or no ids",
    arguments: [
      ("300", "eos_token_id is 300, outside the 283 rows"),
      ("-2", "eos_token_id is -2, outside the 283 rows"),
      ("[1, 9999999999]", "eos_token_id is 9999999999, outside the 283 rows"),
      ("280", "eos_token_id is 280, which no token of the tokenizer has"),
      ("[280]", "eos_token_id is 280, which no token of the tokenizer has"),
      ("\"1\"", "eos_token_id is no id"), ("[[1]]", "eos_token_id is no id"),
      ("1.5", "eos_token_id is no id"),
    ])
  func wrongIDs(value: String, problem: String) throws {
    for isGeneration in [false, true] {
      var fixture = sound
      fixture.extraRows = 5
      if isGeneration {
        fixture.generationConfig = "{\"eos_token_id\": \(value)}"
      } else {
        fixture.config = [("eos_token_id", value)]
      }
      let name = isGeneration ? "generation_config.json" : "config.json"
      #expect(try problems(of: fixture) == ["\(name): \(problem)"])
    }
  }

  @Test("A vocab_size beyond every id does not end the check")
  func hugeSize() throws {
    var fixture = sound
    fixture.vocabularySize = 1 << 60
    fixture.config = [("eos_token_id", "\(1 << 40)")]
    let problems = try problems(of: fixture)
    #expect(
      problems.contains(
        "config.json: eos_token_id is \(1 << 40), which no token of the tokenizer has"))
    #expect(problems.contains { $0.contains("rows, but vocab_size is \(1 << 60)") })
    #expect(problems.count == 2)
  }

  @Test("A row with an infinite or undefined number", arguments: [Float.nan, .infinity])
  func nonFinite(value: Float) throws {
    var fixture = sound
    fixture.outputName = nil
    fixture.isTied = true
    fixture.fixedRows = [20: [Float](repeating: value, count: fixture.dimension)]
    #expect(
      try problems(of: fixture)
        == ["row 20 of `model.embed_tokens.weight` has an infinite or undefined number"])
  }

  @Test("Tokens whose rows are all zeros")
  func zeroRows() throws {
    var fixture = sound
    fixture.outputName = nil
    fixture.isTied = true
    let zeros = [Float](repeating: 0, count: fixture.dimension)
    fixture.fixedRows = [20: zeros]
    #expect(
      try problems(of: fixture)
        == ["the row of token 20 in `model.embed_tokens.weight` is all zeros"])
    fixture.fixedRows = [20: zeros, 21: zeros, 30: zeros]
    #expect(
      try problems(of: fixture)
        == [
          "the row of token 20 and of 2 more tokens in `model.embed_tokens.weight` is all zeros"
        ])
  }

  @Test("A missing embedding, and a missing output where two matrices are stated")
  func missingTensor() throws {
    var fixture = sound
    fixture.outputName = nil
    #expect(
      try problems(of: fixture)
        == [
          "DIR: config.json says that input and output embeddings are separate, but the weights "
            + "have no lm_head.weight"
        ])
    fixture.isTied = nil
    #expect(try problems(of: fixture).count == 1, "Llama is untied where the config is silent")
    fixture.inputName = "other"
    #expect(
      try problems(of: fixture)
        == [
          "DIR: the weights have no input embedding (looked for model.embed_tokens.weight, "
            + "embed_tokens.weight)"
        ])
  }

  @Test("An output of another width, or a model of another width than it states")
  func wrongWidth() throws {
    #expect(
      try problems(of: sound) { path in
        let file = try SafetensorsFile(path + "/model.safetensors")
        let ones = Matrix([[Float]](repeating: [1, 1], count: sound.rows))
        try SafetensorsWriter.write(
          file.outputs(replacing: ["lm_head.weight": TensorReplacement(ones)]),
          to: directory("weights"))
        try replace("model.safetensors", with: FileSystem.read(directory("weights")))
        try FileSystem.removeTree(directory("weights"))
      } == ["`lm_head.weight` has 2 columns, `model.embed_tokens.weight` has 12"])
    #expect(
      try problems(of: sound) { path in
        let config = String(decoding: try FileSystem.read(path + "/config.json"), as: UTF8.self)
        try replace(
          "config.json",
          with: config.replacing("\"hidden_size\": 12", with: "\"hidden_size\": 13").utf8)
      } == ["`model.embed_tokens.weight` has 12 columns, but the model is 13 wide"])
  }

  @Test("Weights that end too early", arguments: [0, 7, 200, 10_000])
  func truncatedWeights(size: Int) throws {
    let problems = try problems(of: sound) { path in
      let whole = try FileSystem.read(path + "/model.safetensors")
      #expect(whole.count > 10_000)
      try replace("model.safetensors", with: whole.prefix(size))
    }
    #expect(problems.count == 1)
    #expect(problems.allSatisfy { $0.contains("DIR/model.safetensors") })
  }

  @Test("A shard that is missing")
  func missingShard() throws {
    var fixture = sound
    fixture.shards = 2
    let problems = try problems(of: fixture) { path in
      try FileSystem.removeTree(path + "/model-2-of-2.safetensors")
    }
    #expect(problems.count == 1)
    #expect(problems.allSatisfy { $0.contains("model-2-of-2.safetensors") })
  }

  @Test("A tokenizer that cannot be read", arguments: ["", "{}", "[", #"{"model":{"type":"X"}}"#])
  func brokenTokenizer(text: String) throws {
    let problems = try problems(of: sound) { _ in
      try replace("tokenizer.json", with: text.utf8)
    }
    #expect(problems.count == 1)
    #expect(problems.allSatisfy { $0.contains("DIR/tokenizer.json") })
  }

  @Test("A tokenizer that does not give texts back")
  func brokenRoundTrip() throws {
    let problems = try problems(of: sound) { path in
      let text = String(decoding: try FileSystem.read(path + "/tokenizer.json"), as: UTF8.self)
      try replace(
        "tokenizer.json",
        with: text.replacing(
          #""decoder":{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true}"#,
          with: #""decoder":{"type":"Fuse"}"#
        ).utf8)
    }
    #expect(problems.count == 4)
    #expect(problems.allSatisfy { $0.hasPrefix("the tokenizer turns \"") })
  }

  @Test("A missing file", arguments: ["config.json", "tokenizer.json", "model.safetensors"])
  func missingFile(name: String) throws {
    let problems = try problems(of: sound) { path in try FileSystem.removeTree(path + "/" + name) }
    #expect(problems.count == 1)
    #expect(problems.allSatisfy { $0.contains("DIR") && $0.contains(name) })
  }

  @Test("A config without a size or a known architecture")
  func silentConfig() throws {
    let problems = try problems(of: sound) { _ in try replace("config.json", with: "{}".utf8) }
    #expect(problems == ["config.json has no vocab_size", "DIR: config.json has no model_type"])
    var fixture = sound
    fixture.modelType = "no_such_model"
    #expect(try self.problems(of: fixture).count == 1)
  }

  // MARK: Several damages

  @Test("All damages are listed at once")
  func several() throws {
    var fixture = sound
    fixture.config = [("bos_token_id", "400"), ("eos_token_id", "1")]
    fixture.generationConfig = #"{"eos_token_id": [1, 500]}"#
    fixture.vocabularySize = 270
    fixture.fixedRows = [
      3: [Float](repeating: .nan, count: fixture.dimension),
      4: [Float](repeating: 0, count: fixture.dimension),
    ]
    #expect(
      try problems(of: fixture) == [
        "the tokenizer has ids up to 277, but vocab_size is 270",
        "config.json: bos_token_id is 400, outside the 270 rows",
        "generation_config.json: eos_token_id is 500, outside the 270 rows",
        "`model.embed_tokens.weight` has 278 rows, but vocab_size is 270",
        "row 3 of `model.embed_tokens.weight` has an infinite or undefined number",
        "the row of token 4 in `model.embed_tokens.weight` is all zeros",
        "row 3 of `lm_head.weight` has an infinite or undefined number",
        "the row of token 4 in `lm_head.weight` is all zeros",
      ])
    let problems = try problems(of: fixture) { path in
      try replace("tokenizer.json", with: "".utf8)
      try replace("model.safetensors", with: "".utf8)
    }
    #expect(problems.count == 4)
    #expect(problems.contains { $0.contains("tokenizer.json") })
    #expect(problems.contains { $0.contains("model.safetensors") })
  }
}
