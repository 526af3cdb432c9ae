import ByteIO
import Tensors
import TestSupport
import Testing

@testable import Surgery

/// Inputs and destinations with which a transplant must not work, and must leave nothing behind.
@Suite struct TransplantRefusalTests {
  /// Runs a transplant that must fail, and returns its error.
  private func failure(
    of models: TransplantCase, _ options: TransplantOptions = TransplantCase.options(),
    to out: String? = nil
  ) throws -> any Error {
    let before = try FileSystem.names(inDirectory: models.directory.path)
    var thrown: (any Error)?
    do {
      _ = try models.transplant(options).write(to: out ?? models.out)
    } catch {
      thrown = error
    }
    #expect(try FileSystem.names(inDirectory: models.directory.path) == before)
    return try #require(thrown)
  }

  private func problem(
    of models: TransplantCase, _ options: TransplantOptions = TransplantCase.options()
  ) throws -> ModelError.Problem? {
    (try failure(of: models, options) as? ModelError)?.problem
  }

  // MARK: Models

  @Test("A directory that does not exist")
  func noDirectory() throws {
    let models = try TransplantCase()
    try FileSystem.removeTree(models.donor)
    let error = try failure(of: models)
    #expect(error as? ModelError == ModelError(models.donor, .noDirectory))
  }

  @Test(
    "A missing file is named", arguments: ["config.json", "tokenizer.json"], ["base", "donor"])
  func missingFile(name: String, model: String) throws {
    let models = try TransplantCase()
    try FileSystem.removeTree(models.directory(model + "/" + name))
    let error = try failure(of: models)
    #expect(error as? ModelError == ModelError(models.directory(model), .missingFile(name)))
  }

  @Test("Missing weights", arguments: ["base", "donor"])
  func missingWeights(model: String) throws {
    let models = try TransplantCase()
    try FileSystem.removeTree(models.directory(model + "/model.safetensors"))
    let error = try failure(of: models)
    #expect(
      error as? CheckpointError == CheckpointError(directory: models.directory(model), .noWeights))
  }

  @Test("Weights that end too early", arguments: [0, 4, 100, 5_000])
  func truncatedWeights(size: Int) throws {
    let models = try TransplantCase()
    let whole = try FileSystem.read(models.base + "/model.safetensors")
    #expect(whole.count > 5_000)
    try FileSystem.removeTree(models.base + "/model.safetensors")
    try models.directory.write("base/model.safetensors", whole.prefix(size))
    guard case .safetensors? = (try failure(of: models) as? CheckpointError)?.problem else {
      Issue.record("no SafetensorsError")
      return
    }
  }

  @Test("Configs and tokenizers that are no JSON", arguments: ["config.json", "tokenizer.json"])
  func brokenJSON(name: String) throws {
    let models = try TransplantCase()
    for text in ["", "{", "[]", "\u{FEFF}{}", "nul"] {
      try FileSystem.removeTree(models.donor + "/" + name)
      try models.directory.write("donor/" + name, text)
      #expect((try failure(of: models) as? JSONError)?.source == models.donor + "/" + name)
    }
  }

  @Test("An architecture that graft does not know, or none")
  func unknownArchitecture() throws {
    var base = TransplantCase.base
    base.modelType = "no_such_model"
    #expect(try problem(of: TransplantCase(base: base)) == .unknownArchitecture("no_such_model"))
    base.modelType = nil
    #expect(try problem(of: TransplantCase(base: base)) == .unknownArchitecture(nil))
    base.config = [("text_config", #"{"model_type": "llama", "vocab_size": 299}"#)]
    #expect(try problem(of: TransplantCase(base: base)) == .unknownArchitecture(nil))
  }

  @Test("Embeddings under other names than the architecture's")
  func noEmbedding() throws {
    var base = TransplantCase.base
    base.inputName = "transformer.wte.weight"
    #expect(
      try problem(of: TransplantCase(base: base))
        == .noEmbedding(expected: ["model.embed_tokens.weight", "embed_tokens.weight"]))
    base = TransplantCase.base
    base.outputName = "head.weight"
    #expect(
      try problem(of: TransplantCase(base: base)) == .noOutputMatrix(expected: ["lm_head.weight"]))
  }

  @Test("Tokenizers without a common token")
  func nothingShared() throws {
    var (base, donor) = (TransplantCase.base, TransplantCase.donor)
    (base.hasBytes, donor.hasBytes) = (false, false)
    base.specials = [.init(nil, "<a>")]
    donor.specials = [.init(nil, "<b>")]
    donor.words = ModelFixture.words(50..<60)
    let models = try TransplantCase(base: base, donor: donor)
    #expect(try problem(of: models) == .nothingShared(donor: models.donor))
  }

  @Test("More atoms per row than dimensions, than shared tokens, or none")
  func sparsity() throws {
    func error(_ models: TransplantCase, k: Int) throws -> PursuitError? {
      try failure(of: models, TransplantCase.options(k: k)) as? PursuitError
    }
    let models = try TransplantCase()
    #expect(try error(models, k: 11) == .sparsityAboveDimension(11, dimension: 10))
    #expect(try error(models, k: 0) == .sparsityBelowOne(0))
    var (base, donor) = (TransplantCase.base, TransplantCase.donor)
    (base.hasBytes, donor.hasBytes) = (false, false)
    donor.dimension = 30
    #expect(
      try error(TransplantCase(base: base, donor: donor), k: 23)
        == .sparsityAboveAtoms(23, usable: 22))
  }

  @Test(
    "Numbers that are not finite", arguments: [Float.nan, .infinity, -.infinity],
    [ElementType.float32, .bfloat16, .float16, .float64])
  func nonFinite(value: Float, type: ElementType) throws {
    for isBase in [true, false] {
      var (base, donor) = (TransplantCase.base, TransplantCase.donor)
      (base.elementType, donor.elementType) = (type, type)
      var row = [Float](repeating: 1, count: isBase ? base.dimension : donor.dimension)
      row[3] = value
      if isBase { base.fixedRows = [77: row] } else { donor.fixedRows = [77: row] }
      #expect(
        try problem(of: TransplantCase(base: base, donor: donor))
          == .nonFinite(tensor: "model.embed_tokens.weight", row: 77))
    }
  }

  @Test("A bias or an output matrix of another length than the input")
  func wrongRowCount() throws {
    let models = try TransplantCase()
    let file = try SafetensorsFile(models.base + "/model.safetensors")
    let outputs = file.outputs(
      replacing: ["lm_head.weight": TensorReplacement(Matrix(rows: 5, columns: 12))])
    try SafetensorsWriter.write(outputs, to: models.directory("weights"))
    try FileSystem.removeTree(models.base + "/model.safetensors")
    try models.directory.write(
      "base/model.safetensors", try FileSystem.read(models.directory("weights")))
    #expect(
      try problem(of: models)
        == .wrongRowCount(tensor: "lm_head.weight", rows: 5, expected: TransplantCase.base.rows))
  }

  @Test("Every error says which directory it means, and something to do or to look at")
  func descriptions() {
    let problems: [ModelError.Problem] = [
      .noDirectory, .missingFile("config.json"), .unknownArchitecture(nil),
      .unknownArchitecture("no_such_model"), .noEmbedding(expected: ["a", "b"]),
      .noOutputMatrix(expected: ["a", "b"]), .wrongRowCount(tensor: "a", rows: 1, expected: 2),
      .nonFinite(tensor: "a", row: 3), .nothingShared(donor: "d"),
      .vocabularyTooSmall(requested: 1, needed: 2), .vocabularyTooLarge(rows: 9, limit: 8),
      .destinationHoldsInput("d"),
    ]
    let texts = problems.map { ModelError("/the/model", $0).description }
    #expect(texts.allSatisfy { $0.hasPrefix("/the/model: ") && $0.count > 40 })
    #expect(Set(texts).count == texts.count)
    #expect(ModelArchitecture.knownTypes == ModelArchitecture.knownTypes.sorted())
    #expect(texts[3].contains("no_such_model") && texts[3].contains("llama"))
  }

  // MARK: Destinations

  @Test("What stands at the destination stays, unless it may be replaced")
  func existingDestination() throws {
    let models = try TransplantCase()
    try models.directory.write("out", "precious")
    let error = try failure(of: models) as? FileError
    #expect(error?.path == models.out)
    #expect(try FileSystem.read(models.out) == Array("precious".utf8))
    var options = TransplantCase.options()
    options.replacesExisting = true
    try models.run(options)
    // Once more, over the directory that now stands there.
    try models.directory.write("out/mine.txt", "mine")
    try models.run(options)
    #expect(!FileSystem.isFile(models.out + "/mine.txt"))
    #expect(try FileSystem.names(inDirectory: models.directory.path) == ["base", "donor", "out"])
  }

  @Test("A failure leaves what was to be replaced as it was")
  func failedReplacement() throws {
    let models = try TransplantCase()
    try models.directory.write("out", "precious")
    var options = TransplantCase.options(k: 11)
    options.replacesExisting = true
    _ = try failure(of: models, options)
    #expect(try FileSystem.read(models.out) == Array("precious".utf8))
  }

  @Test("A destination that is an input or holds one is refused, even to be replaced")
  func destinationIsInput() throws {
    let models = try TransplantCase()
    var options = TransplantCase.options()
    options.replacesExisting = true
    let path = models.directory.path
    let alias = path + "/alias"
    #expect(try ChildProcess.run(["ln", "-s", models.base, alias]).status == 0)
    let roundabout = path + "/../" + FileSystem.lastComponent(path)
    for out in [models.base, models.donor, models.base + "/", alias, path, roundabout] {
      let error = try failure(of: models, options, to: out) as? ModelError
      guard case .destinationHoldsInput? = error?.problem else {
        Issue.record("\(out): \(String(describing: error))")
        continue
      }
    }
    #expect(FileSystem.isFile(models.base + "/config.json"))
    #expect(FileSystem.isFile(models.donor + "/config.json"))
  }

  @Test("A parent that is missing or is a file")
  func impossibleParent() throws {
    let models = try TransplantCase()
    try models.directory.write("file", "x")
    for parent in ["missing", "file"] {
      let out = models.directory(parent + "/out")
      let error = try failure(of: models, to: out) as? FileError
      #expect(error?.isMissingFile == true)
    }
  }

  @Test("A progress that throws ends the work at any moment, and nothing is left")
  func interruption() throws {
    struct Stop: Error {}
    var (base, donor) = (TransplantCase.base, TransplantCase.donor)
    (base.hasBytes, donor.hasBytes) = (false, false)
    let models = try TransplantCase(base: base, donor: donor)
    let before = try FileSystem.names(inDirectory: models.directory.path)
    var steps = 0
    _ = try models.transplant().write(to: models.out) { _, _ in steps += 1 }
    try FileSystem.removeTree(models.out)
    #expect(steps > 8)
    for stop in 1...steps {
      var step = 0
      #expect(throws: Stop.self) {
        try models.transplant().write(to: models.out) { stage, fraction in
          #expect((0...1).contains(fraction) && !stage.isEmpty)
          step += 1
          if step == stop { throw Stop() }
        }
      }
      #expect(try FileSystem.names(inDirectory: models.directory.path) == before)
    }
  }
}
