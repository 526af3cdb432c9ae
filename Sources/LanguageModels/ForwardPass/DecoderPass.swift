/// One run of a decoder over a batch of sequences.
struct DecoderPass {
  private let config: DecoderConfig
  private let weights: DecoderWeights
  private let sequences: [SequenceExtent]
  private let caches: [KeyValueCache]
  private let layout: HeadLayout
  /// The position of each row.
  private let positions: [Int]
  private let rotation: RotaryTables?
  private let localRotation: RotaryTables?
  /// The residual stream, n × hidden size.
  private let hidden: RowBuffer
  /// What a block reads, n × hidden size.
  private let normalized: RowBuffer
  /// Queries, keys and values.
  private let projections: RowBuffer
  private let attended: RowBuffer
  /// n × intermediate size.
  private let inner: RowBuffer

  /// - Parameters:
  ///   - hidden: the embedded tokens, n × hidden size; becomes the result.
  ///   - sequences: which rows belong together.
  ///   - caches: what was read before each sequence; none where all begin anew.
  init(
    _ config: DecoderConfig, _ weights: DecoderWeights, hidden: RowBuffer,
    sequences: [SequenceExtent], caches: [KeyValueCache] = []
  ) {
    precondition(caches.isEmpty || caches.count == sequences.count)
    self.config = config
    self.weights = weights
    self.hidden = hidden
    self.sequences = sequences
    self.caches = caches
    layout = HeadLayout(config)
    positions = sequences.flatMap { Array($0.firstPosition..<$0.positionBound) }
    rotation = config.rotation.map { RotaryTables($0, sequences) }
    localRotation = config.localRotation.map { RotaryTables($0, sequences) }
    normalized = RowBuffer(rows: hidden.rows, columns: config.hiddenSize)
    projections = RowBuffer(rows: hidden.rows, columns: layout.width)
    attended = RowBuffer(rows: hidden.rows, columns: config.queryWidth)
    inner = RowBuffer(rows: hidden.rows, columns: config.intermediateSize)
  }

  /// The floats that a pass holds for each token.
  static func floatsPerRow(_ config: DecoderConfig) -> Int {
    2 * config.hiddenSize + 2 * config.queryWidth + 2 * config.keyWidth + config.intermediateSize
  }

  /// Runs all layers and the last normalisation; `hidden` then holds the final states.
  func run() {
    for (index, layer) in weights.layers.enumerated() {
      layer.inputNorm.apply(hidden, into: normalized)
      project(layer, index)
      attend(index)
      if config.hasParallelResidual {
        // Both blocks read the layer's input, so the stream must not change before the second has.
        if let norm = layer.feedForwardNorm { norm.apply(hidden, into: normalized) }
        layer.attentionOutput.apply(to: attended, into: hidden, adding: true)
      } else {
        add(layer.attentionOutputNorm) { target, adding in
          layer.attentionOutput.apply(to: attended, into: target, adding: adding)
        }
        layer.feedForwardNorm?.apply(hidden, into: normalized)
      }
      let feedForward = FeedForward(weights: layer, activation: config.activation)
      add(layer.feedForwardOutputNorm) { target, adding in
        feedForward.apply(normalized, inner: inner, into: target, adding: adding)
      }
    }
    weights.finalNorm.apply(hidden, into: hidden)
    for (cache, sequence) in zip(caches, sequences) { cache.count += sequence.count }
  }

  /// Adds the output of a block to the residual stream, normalised if the architecture does that.
  ///
  /// - Parameter block: writes its output to a buffer, or adds it.
  private func add(_ norm: RowNormalization?, _ block: (RowBuffer, _ adding: Bool) -> Void) {
    guard let norm else { return block(hidden, true) }
    // The block has read its input to the end before it writes, so that may be overwritten.
    block(normalized, false)
    norm.apply(normalized, into: normalized)
    hidden.forEachRow { [normalized] row, stream in
      let output = normalized[row]
      for index in 0..<normalized.columns { stream[index] += output[index] }
    }
  }

  // MARK: Attention

  /// Computes queries, keys and values, normalises and rotates them.
  private func project(_ layer: LayerWeights, _ index: Int) {
    for (column, weight) in layer.projections {
      weight.apply(to: normalized, into: projections, column: column)
    }
    let isLocal = config.localRotation != nil && config.windows[index] != nil
    let tables = isLocal ? localRotation : rotation
    guard tables != nil || layer.queryNorm != nil else { return }
    projections.forEachRow { [config, layout, positions] row, elements in
      let table = tables?.table(ofRow: row)
      func finish(_ head: UnsafeMutablePointer<Float>, _ norm: RowNormalization?) {
        norm?.apply(head, into: head)
        table?.rotate(head, position: positions[row])
      }
      for head in 0..<config.headCount { finish(elements + layout.query(head), layer.queryNorm) }
      for head in 0..<config.keyValueHeadCount {
        finish(elements + layout.key(head), layer.keyNorm)
      }
    }
  }

  private func attend(_ index: Int) {
    let memories = sequences.indices.map { place in
      caches.isEmpty
        ? layout.memory(of: projections[sequences[place].firstRow])
        : caches[place].append(projections, rows: sequences[place].rows, layer: index)
    }
    Attention(config: config, layout: layout, layer: index)
      .apply(projections, sequences: sequences, memories: memories, into: attended)
  }
}
