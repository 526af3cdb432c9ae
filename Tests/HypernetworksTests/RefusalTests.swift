import ByteIO
import Hypernetworks
import Tensors
import TestSupport
import Testing

@Suite struct RefusalTests {
  private let golden: GoldenHypernetwork

  init() throws { golden = try #require(GoldenHypernetwork.all.first { $0.name == "separate" }) }

  /// What opening a changed copy of a checkpoint says.
  private func problem(
    replacing change: (old: String, new: String)? = nil,
    _ tensors: (inout [String: Matrix]) -> Void = { _ in }
  ) throws -> HypernetworkError.Problem? {
    let directory = try TemporaryDirectory()
    let text = String(decoding: try FileSystem.read(golden.path + "/config.json"), as: UTF8.self)
    try directory.write(
      "config.json", change.map { text.replacing($0.old, with: $0.new) } ?? text)
    let file = try SafetensorsFile(golden.path + "/model.safetensors")
    var matrices: [String: Matrix] = [:]
    for tensor in file.tensors { matrices[tensor.name] = Matrix(try file.matrix(tensor.name)) }
    tensors(&matrices)
    let outputs = file.tensors.compactMap { tensor -> TensorOutput? in
      guard let matrix = matrices[tensor.name] else { return nil }
      let isSame = matrix.rows * matrix.columns == tensor.shape.reduce(1, *)
      return TensorOutput(
        name: tensor.name, elementType: .float32,
        shape: isSame ? tensor.shape : [matrix.rows, matrix.columns]
      ) { try $0.write(matrix) }
    }
    try SafetensorsWriter.write(outputs, to: directory("model.safetensors"))
    do {
      _ = try Hypernetwork(directory.path)
      return nil
    } catch let error as HypernetworkError {
      return error.problem
    }
  }

  @Test func `A whole checkpoint is opened`() throws {
    #expect(try problem() == nil)
  }

  @Test func `A missing tensor is named`() throws {
    let name = "model.encoder.layer.1.attention.self.key.weight"
    #expect(try problem { $0[name] = nil } == .missingTensor(name))
  }

  @Test func `A tensor of another shape is named`() throws {
    let name = "output_projection_out.1.weight"
    let found = try problem { $0[name] = Matrix(rows: 5, columns: 16) }
    #expect(found == .wrongShape(tensor: name, shape: [5, 16], expected: [6, 16]))
  }

  @Test(arguments: [Float.nan, .infinity])
  func `A tensor with a number that is none is named`(_ value: Float) throws {
    let name = "input_projection.1.dense2.weight"
    #expect(try problem { $0[name]?[3, 2] = value } == .nonFinite(tensor: name, row: 3))
  }

  @Test func `A config that asks for other tensors than there are is refused`() throws {
    let found = try problem(replacing: ("\"hn_n_layers\": 2", "\"hn_n_layers\": 3"))
    #expect(found == .missingTensor("model.encoder.layer.2.attention.self.query.weight"))
  }

  @Test func `A config of something else is refused`() throws {
    let found = try problem(replacing: ("zett_hypernetwork", "llama"))
    #expect(found == .otherModel("llama"))
  }

  @Test func `Attention between tokens is refused`() throws {
    let key = "hn_add_inter_token_attention"
    let found = try problem(replacing: ("\"\(key)\": false", "\"\(key)\": true"))
    #expect(found == .unsupported(key: key, value: "true"))
  }

  @Test func `Weights for JAX are refused with what to do`() throws {
    let directory = try TemporaryDirectory()
    let config = try FileSystem.read(golden.path + "/config.json")
    try directory.write("config.json", config)
    try directory.write("flax_model.msgpack", [0x80])
    let error = #expect(throws: HypernetworkError.self) { try Hypernetwork(directory.path) }
    #expect(error?.problem == .foreignWeights(file: "flax_model.msgpack"))
    #expect(error?.description.contains("save_pretrained") == true)
  }

  @Test func `Another model's rows are refused`() throws {
    let network = try Hypernetwork(golden.path)
    let rows = { Matrix(rows: $0, columns: $1).view }
    #expect(throws: HypernetworkError.self) {
      try network.requireFit(SourceRows(input: rows(24, 7), output: rows(24, 7)))
    }
    #expect(throws: HypernetworkError.self) {
      try network.requireFit(SourceRows(input: rows(24, 6), output: nil))
    }
    #expect(throws: HypernetworkError.self) {
      try network.requireFit(SourceRows(input: rows(23, 6), output: rows(23, 6)))
    }
  }

  @Test func `Languages are known by code or number where there are any`() throws {
    let name = "separate-language-fallback"
    let speaking = try Hypernetwork(GoldenHypernetwork(name: name).path)
    #expect(try speaking.config.language("2", directory: "") == 2)
    for code in [nil, "3", "xx"] {
      #expect(throws: HypernetworkError.self) {
        try speaking.config.language(code, directory: "")
      }
    }
    let network = try Hypernetwork(golden.path)
    #expect(try network.config.language(nil, directory: "") == nil)
    #expect(throws: HypernetworkError.self) {
      try network.config.language("en", directory: "")
    }
  }
}
