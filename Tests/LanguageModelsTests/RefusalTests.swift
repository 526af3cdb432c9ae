import ByteIO
import LanguageModels
import Tensors
import TestSupport
import Testing
import Tokenization

/// Models and inputs that cannot be run, each refused by name.
@Suite struct RefusalTests {
  private let directory: TemporaryDirectory
  private let golden = GoldenModel(name: "llama-grouped")

  init() throws { directory = try TemporaryDirectory() }

  /// The golden model with its config edited and tensors replaced.
  private func model(
    config: (from: String, to: String)? = nil, replacing replacements: [String: Matrix] = [:]
  ) throws -> String {
    var text = String(decoding: try FileSystem.read(golden.path + "/config.json"), as: UTF8.self)
    if let config {
      let parts = text.split(separator: config.from, omittingEmptySubsequences: false)
      #expect(parts.count == 2)
      text = parts.joined(separator: config.to)
    }
    try directory.write("config.json", text)
    try Checkpoint(golden.path).write(
      to: directory.path, replacing: replacements.mapValues { TensorReplacement($0) })
    return directory.path
  }

  private func problem(_ path: String) -> LanguageModelError.Problem? {
    #expect(throws: LanguageModelError.self) { try LanguageModel(path) }?.problem
  }

  @Test func `A missing tensor is named`() throws {
    let path = try model(config: ("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3"))
    #expect(problem(path) == .missingTensor("model.layers.2.input_layernorm.weight"))
  }

  @Test func `A tensor of another shape is named with both shapes`() throws {
    let path = try model(config: ("\"vocab_size\": 48", "\"vocab_size\": 50"))
    #expect(
      problem(path)
        == .wrongShape(tensor: "model.embed_tokens.weight", shape: [48, 16], expected: [50, 16]))
    let error = #expect(throws: LanguageModelError.self) { try LanguageModel(path) }
    #expect(error?.description.contains("[48, 16]") == true)
  }

  @Test func `Weights that are no numbers are found and named`() throws {
    var matrix = Matrix(rows: 16, columns: 24)
    matrix[5, 3] = .nan
    let name = "model.layers.1.mlp.down_proj.weight"
    let broken = try LanguageModel(try model(replacing: [name: matrix]))
    for run in [
      { _ = try broken.scores(of: [1, 2, 3]) },
      { _ = try broken.hiddenStates(of: [1, 2, 3]) },
      { _ = try broken.meanHiddenState(of: [[1, 2, 3]]) },
      { _ = try broken.nextTokenLogProbabilities(after: [1], cache: broken.makeCache()) },
    ] as [() throws -> Void] {
      let error = #expect(throws: LanguageModelError.self) { try run() }
      #expect(error?.problem == .nonFinite(tensor: name, row: 5))
    }
  }

  @Test func `No weights, and no config, are errors`() throws {
    let files = try TemporaryDirectory()
    #expect(throws: FileError.self) { try LanguageModel(files.path) }
    try files.write("config.json", FileSystem.read(golden.path + "/config.json"))
    #expect(
      problem(files.path) == .checkpoint(CheckpointError(directory: files.path, .noWeights)))
  }

  @Test func `Inputs that the model has no place for are refused`() throws {
    let model = try golden.open()
    func problem(_ run: () throws -> Void) -> LanguageModelError.Problem? {
      #expect(throws: LanguageModelError.self) { try run() }?.problem
    }
    #expect(problem { _ = try model.scores(of: []) } == .emptySequence)
    #expect(problem { _ = try model.hiddenStates(of: []) } == .emptySequence)
    #expect(problem { _ = try model.meanHiddenState(of: []) } == .emptySequence)
    #expect(
      problem { _ = try model.scores(of: [1, 48]) } == .tokenOutOfRange(id: 48, rows: 48))
    #expect(
      problem { _ = try model.hiddenStates(ofEmbeddings: Matrix(rows: 1, columns: 3)) }
        == .wrongWidth(width: 3, expected: 16))
    let learned = try GoldenModel(name: "gpt2").open()
    let long = [TokenID](repeating: 3, count: 65)
    #expect(problem { _ = try learned.scores(of: long) } == .tooLong(positions: 65, limit: 64))
    #expect(try learned.scores(of: Array(long.dropLast())).count == 63)
  }
}
