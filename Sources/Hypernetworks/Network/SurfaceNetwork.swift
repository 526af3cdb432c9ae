internal import LanguageModels
internal import Tensors
internal import Tokenization

/// The whole network of a hypernetwork, forth and back.
struct SurfaceNetwork: Sendable {
  let config: HypernetworkConfig
  private let embedding: SurfaceEmbedding
  private let layers: [EncoderLayer]
  private let heads: [OutputHead]
  private let bias: Affine?

  init(_ parameters: Parameters, _ config: HypernetworkConfig) {
    self.config = config
    embedding = SurfaceEmbedding(parameters, config)
    layers = (0..<config.layerCount).map {
      EncoderLayer(parameters, "model.encoder.layer.\($0)", headCount: config.headCount)
    }
    var scalers = config.rescales ? [parameters.scaler("scaler")] : []
    if config.rescales, config.hasSeparateOutput { scalers.append(parameters.scaler("out_scaler")) }
    func head(_ name: String, _ scaler: RowScaler?, column: Int) -> OutputHead {
      OutputHead(
        block: parameters.block(name + ".0"), map: parameters.affine(name + ".1"), scaler: scaler,
        column: column)
    }
    if config.isSingleHead, config.hasSeparateOutput {
      let both =
        scalers.isEmpty
        ? nil
        : RowScaler(factors: scalers.flatMap(\.factors), terms: scalers.flatMap(\.terms))
      heads = [head("output_projection", both, column: 0)]
    } else {
      var heads = [head("output_projection", scalers.first, column: 0)]
      if config.hasSeparateOutput {
        heads.append(
          head("output_projection_out", scalers.last, column: config.embeddingSize))
      }
      self.heads = heads
    }
    bias = config.predictsBias ? parameters.affine("bias_projection") : nil
  }

  /// What the network makes of surfaces.
  struct Output {
    /// One row per surface: the input row, and behind it the output row where they are separate.
    let rows: RowBuffer
    /// What is added to the logit of each, n × 1.
    let biases: RowBuffer?
  }

  /// What going back needs.
  struct Trace {
    fileprivate let embedding: SurfaceEmbedding.Trace
    fileprivate let layers: [EncoderLayer.Trace]
    fileprivate let heads: [OutputHead.Trace]
    fileprivate let states: RowBuffer
  }

  /// Runs the network.
  ///
  /// - Parameter language: the number of the language, where the network tells them apart.
  func run(_ batch: SurfaceBatch, _ source: SourceRows, language: Int?) -> Output {
    var hidden = embedding.run(batch, source, language: language).output
    for (index, layer) in layers.enumerated() {
      hidden = layer.run(hidden, batch, isLast: index == layers.count - 1).output
    }
    let states = self.states(hidden, batch)
    let rows = RowBuffer(rows: states.rows, columns: config.sourceSize)
    for head in heads { _ = head.run(states, into: rows) }
    return Output(rows: rows, biases: bias?.apply(to: states))
  }

  /// Runs the network and keeps what going back needs.
  func runForTraining(
    _ batch: SurfaceBatch, _ source: SourceRows, language: Int?
  ) -> (output: Output, trace: Trace) {
    let (embedded, first) = embedding.run(batch, source, language: language)
    var hidden = embedded
    var traces: [EncoderLayer.Trace] = []
    for (index, layer) in layers.enumerated() {
      let (output, trace) = layer.run(hidden, batch, isLast: index == layers.count - 1)
      hidden = output
      traces.append(trace)
    }
    let states = self.states(hidden, batch)
    let rows = RowBuffer(rows: states.rows, columns: config.sourceSize)
    let last = heads.map { $0.run(states, into: rows) }
    return (
      Output(rows: rows, biases: bias?.apply(to: states)),
      Trace(embedding: first, layers: traces, heads: last, states: states)
    )
  }

  /// Adds the gradients by the parameters.
  ///
  /// - Parameters:
  ///   - slope: the gradient by the rows that the network made.
  ///   - biasSlope: the one by the biases.
  func carryBack(
    _ slope: RowBuffer, biasSlope: RowBuffer?, _ trace: Trace, into gradient: ParameterGradient
  ) {
    let states = RowBuffer(rows: trace.states.rows, columns: trace.states.columns)
    for (head, trace) in zip(heads, trace.heads) {
      head.carryBack(slope, trace, into: gradient, adding: states)
    }
    if let bias, let biasSlope {
      bias.carryBack(biasSlope, input: trace.states, into: gradient, adding: states)
    }
    var hidden = hiddenSlope(states, trace.embedding.batch)
    for (layer, trace) in zip(layers, trace.layers).reversed() {
      hidden = layer.carryBack(hidden, trace, into: gradient)
    }
    embedding.carryBack(hidden, trace.embedding, into: gradient)
  }

  // MARK: States

  /// What the output projections read: the state of the first position, which the last layer makes
  /// alone, or those of all positions side by side.
  private func states(_ hidden: RowBuffer, _ batch: SurfaceBatch) -> RowBuffer {
    if batch.readsFirstAlone { return layers.isEmpty ? hidden.gathering(batch.readRows) : hidden }
    let result = RowBuffer(rows: batch.extents.count, columns: config.stateSize)
    for (place, row) in batch.readRows.enumerated() {
      (result.elements + place * config.hiddenSize)
        .update(from: hidden[row], count: config.hiddenSize)
    }
    return result
  }

  private func hiddenSlope(_ states: RowBuffer, _ batch: SurfaceBatch) -> RowBuffer {
    if batch.readsFirstAlone, !layers.isEmpty { return states }
    let result = RowBuffer(rows: batch.rowCount, columns: config.hiddenSize)
    for (place, row) in batch.readRows.enumerated() {
      result[row].update(
        from: states.elements + place * config.hiddenSize, count: config.hiddenSize)
    }
    return result
  }
}
