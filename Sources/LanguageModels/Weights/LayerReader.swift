internal import Tensors

/// Reads the tensors of one layer, however the architecture stores them.
struct LayerReader {
  let source: TensorSource
  let config: DecoderConfig
  /// The number of the layer; `nil` for tensors outside the layers.
  let layer: Int?

  private func path(_ name: String) -> String {
    layer.map { "\(config.family.names.layer).\($0).\(name)" } ?? name
  }

  /// A normalisation of rows of `width` elements.
  func norm(_ name: String, width: Int) throws(LanguageModelError) -> RowNormalization {
    var weight = try source.vector(path(name) + ".weight", count: width)
    if config.family.normalization == .rootMeanSquareLessOne { weight = weight.map { $0 + 1 } }
    let bias =
      config.family.normalization == .layer
      ? try source.vector(path(name) + ".bias", count: width) : nil
    return RowNormalization(weight: weight, bias: bias, epsilon: config.epsilon)
  }

  /// A linear map.
  func linear(
    _ name: String, inputs: Int, outputs: Int, hasBias: Bool
  ) throws(LanguageModelError) -> WeightMatrix {
    let isStoredByInput = config.family.isStoredByInput
    return WeightMatrix(
      try source.matrix(
        path(name) + ".weight", rows: isStoredByInput ? inputs : outputs,
        columns: isStoredByInput ? outputs : inputs),
      bias: hasBias ? try source.vector(path(name) + ".bias", count: outputs) : nil,
      isStoredByInput: isStoredByInput)
  }

  /// The maps to queries, keys and values, with the columns where their outputs begin.
  func projections() throws(LanguageModelError) -> [(column: Int, weight: WeightMatrix)] {
    let names = config.family.names
    let (queries, keys) = (config.queryWidth, config.keyWidth)
    func linear(_ name: String, _ outputs: Int) throws(LanguageModelError) -> WeightMatrix {
      try self.linear(
        name, inputs: config.hiddenSize, outputs: outputs, hasBias: config.hasAttentionBias)
    }
    guard config.family.projections == .separate else {
      return [(0, try linear(names.joinedProjection, queries + 2 * keys))]
    }
    let query = try linear(names.query, queries)
    let key = try linear(names.key, keys)
    let value = try linear(names.value, keys)
    return [(0, query), (queries, key), (queries + keys, value)]
  }

  /// The maps into the feed-forward block.
  func expansion() throws(LanguageModelError) -> (gate: WeightMatrix?, up: WeightMatrix) {
    let names = config.family.names
    let (width, inner) = (config.hiddenSize, config.intermediateSize)
    let hasBias = config.hasFeedForwardBias
    switch config.family.feedForward {
    case .plain:
      return (nil, try linear(names.up, inputs: width, outputs: inner, hasBias: hasBias))
    case .gated:
      let gate = try linear(names.gate, inputs: width, outputs: inner, hasBias: hasBias)
      return (gate, try linear(names.up, inputs: width, outputs: inner, hasBias: hasBias))
    case .gatedJoined:
      let both = try source.matrix(
        path(names.joinedGate) + ".weight", rows: 2 * inner, columns: width)
      return (
        WeightMatrix(both, outputs: 0..<inner), WeightMatrix(both, outputs: inner..<(2 * inner))
      )
    }
  }
}
