/// The tensors of a hypernetwork by ZeTT's names, and their places in one run of floats.
struct ParameterLayout: Sendable {
  struct Tensor: Sendable, Equatable {
    let name: String
    /// The dimensions as they are stored.
    let shape: [Int]
    /// Where the elements begin.
    let offset: Int
    /// Whether training changes it. Scalers are fixed when it begins.
    let isTrained: Bool
    /// Whether weight decay applies: to matrices of linear maps.
    let decays: Bool

    var count: Int { shape.reduce(1, *) }
    var places: Range<Int> { offset..<(offset + count) }
    /// The rows and columns; a vector is one row.
    var matrixShape: (rows: Int, columns: Int) {
      shape.count == 2 ? (shape[0], shape[1]) : (1, shape[0])
    }
  }

  private(set) var tensors: [Tensor] = []
  /// The number of floats.
  private(set) var count = 0
  private var indices: [String: Int] = [:]

  /// The positions for which `roberta-base`, from whose config the reference builds its network, has
  /// embeddings.
  static let storedPositions = 514

  init(_ config: HypernetworkConfig, positions: Int = storedPositions) {
    let (hidden, source) = (config.hiddenSize, config.sourceSize)
    if config.rescales {
      addScaler("in_scaler", source)
      addScaler("scaler", config.embeddingSize)
      if config.hasSeparateOutput { addScaler("out_scaler", config.embeddingSize) }
    }
    add("fallback_embeddings.weight", [max(config.extraTokenCount, 1), source])
    addAffine("input_projection.0", hidden, source)
    addBlock("input_projection.1", hidden, config.intermediateSize)
    add("model.embeddings.position_embeddings.weight", [positions, hidden])
    add("model.embeddings.token_type_embeddings.weight", [1, hidden])
    addNorm("model.embeddings.LayerNorm", hidden)
    for layer in 0..<config.layerCount { addLayer("model.encoder.layer.\(layer)", config) }
    if let count = config.languageCount { add("lang_embeddings.weight", [count, hidden]) }
    let state = config.stateSize
    addBlock("output_projection.0", state, config.intermediateSize)
    addAffine("output_projection.1", config.isSingleHead ? source : config.embeddingSize, state)
    if config.hasSeparateOutput, !config.isSingleHead {
      addBlock("output_projection_out.0", state, config.intermediateSize)
      addAffine("output_projection_out.1", config.embeddingSize, state)
    }
    if config.predictsBias { addAffine("bias_projection", 1, state) }
  }

  /// The tensor called `name`, which must be one of the layout's.
  subscript(name: String) -> Tensor {
    guard let index = indices[name] else { preconditionFailure("no parameter `\(name)`") }
    return tensors[index]
  }

  // MARK: Parts

  private mutating func add(
    _ name: String, _ shape: [Int], isTrained: Bool = true, decays: Bool = false
  ) {
    let tensor = Tensor(
      name: name, shape: shape, offset: count, isTrained: isTrained, decays: decays)
    indices[name] = tensors.count
    tensors.append(tensor)
    count += tensor.count
  }

  private mutating func addScaler(_ name: String, _ width: Int) {
    for part in ["w", "b"] { add("\(name).\(part)", [1, width], isTrained: false) }
  }

  private mutating func addAffine(_ name: String, _ outputs: Int, _ inputs: Int) {
    add(name + ".weight", [outputs, inputs], decays: true)
    add(name + ".bias", [outputs])
  }

  private mutating func addNorm(_ name: String, _ width: Int) {
    for part in ["weight", "bias"] { add("\(name).\(part)", [width]) }
  }

  private mutating func addBlock(_ name: String, _ width: Int, _ inner: Int) {
    addAffine(name + ".dense1", inner, width)
    addAffine(name + ".dense2", width, inner)
    addNorm(name + ".ln", width)
  }

  private mutating func addLayer(_ name: String, _ config: HypernetworkConfig) {
    let (hidden, inner) = (config.hiddenSize, config.intermediateSize)
    for part in ["query", "key", "value"] {
      addAffine("\(name).attention.self.\(part)", hidden, hidden)
    }
    addAffine(name + ".attention.output.dense", hidden, hidden)
    addNorm(name + ".attention.output.LayerNorm", hidden)
    addAffine(name + ".intermediate.dense", inner, hidden)
    addAffine(name + ".output.dense", hidden, inner)
    addNorm(name + ".output.LayerNorm", hidden)
  }
}
