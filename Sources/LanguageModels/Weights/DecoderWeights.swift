internal import Tensors

/// The weights of a decoder: matrices in the mapped file, vectors in memory.
struct DecoderWeights: Sendable {
  /// Tokens × hidden size.
  let embedding: MatrixView
  /// Positions × hidden size, where positions are embedded.
  let positions: MatrixView?
  let layers: [LayerWeights]
  let finalNorm: RowNormalization
  /// Hidden size to tokens.
  let head: WeightMatrix

  /// Finds all tensors and checks their shapes. No matrix is read.
  init(_ config: DecoderConfig, _ checkpoint: Checkpoint) throws(LanguageModelError) {
    let names = config.family.names
    let source = try TensorSource(checkpoint, names)
    let (width, tokens) = (config.hiddenSize, config.vocabularySize)
    embedding = try source.matrix(names.embedding + ".weight", rows: tokens, columns: width)
    positions =
      config.family.hasLearnedPositions
      ? try source.matrix(
        names.positions + ".weight", rows: config.positionCount, columns: width) : nil
    var layers: [LayerWeights] = []
    for layer in 0..<config.layerCount {
      layers.append(try LayerWeights(LayerReader(source: source, config: config, layer: layer)))
    }
    self.layers = layers
    finalNorm = try LayerReader(source: source, config: config, layer: nil)
      .norm(names.finalNorm, width: width)
    let headMatrix =
      config.isTied
      ? embedding
      : try source.rootMatrix(names.heads.map { $0 + ".weight" }, rows: tokens, columns: width)
    let bias =
      config.family.hasHeadBias
      ? try source.rootVector((names.heads.first ?? "") + ".bias", count: tokens) : nil
    head = WeightMatrix(headMatrix, bias: bias)
  }
}

/// The weights of one layer.
struct LayerWeights: Sendable {
  let inputNorm: RowNormalization
  /// Hidden size to queries, keys and values, with the column of the joined row where each begins.
  let projections: [(column: Int, weight: WeightMatrix)]
  let queryNorm: RowNormalization?
  let keyNorm: RowNormalization?
  let attentionOutput: WeightMatrix
  let attentionOutputNorm: RowNormalization?
  /// `nil` where the feed-forward block reads what attention reads.
  let feedForwardNorm: RowNormalization?
  /// `nil` in a block without a gate.
  let gate: WeightMatrix?
  let up: WeightMatrix
  let down: WeightMatrix
  let feedForwardOutputNorm: RowNormalization?

  init(_ reader: LayerReader) throws(LanguageModelError) {
    let config = reader.config
    let names = config.family.names
    let width = config.hiddenSize
    inputNorm = try reader.norm(names.inputNorm, width: width)
    projections = try reader.projections()
    let normalizesHeads = config.family.normalizesHeads
    queryNorm =
      normalizesHeads ? try reader.norm(names.queryNorm, width: config.headDimension) : nil
    keyNorm = normalizesHeads ? try reader.norm(names.keyNorm, width: config.headDimension) : nil
    attentionOutput = try reader.linear(
      names.attentionOutput, inputs: config.queryWidth, outputs: width,
      hasBias: config.hasAttentionOutputBias)
    let normalizesOutputs = config.family.normalizesBlockOutputs
    attentionOutputNorm =
      normalizesOutputs ? try reader.norm(names.attentionOutputNorm, width: width) : nil
    feedForwardOutputNorm =
      normalizesOutputs ? try reader.norm(names.feedForwardOutputNorm, width: width) : nil
    if let name = names.feedForwardNorm {
      feedForwardNorm = try reader.norm(name, width: width)
    } else {
      feedForwardNorm = nil
    }
    (gate, up) = try reader.expansion()
    down = try reader.linear(
      names.down, inputs: config.intermediateSize, outputs: width,
      hasBias: config.hasFeedForwardBias)
  }
}
