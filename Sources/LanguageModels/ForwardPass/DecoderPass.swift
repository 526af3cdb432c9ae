/// One run of a decoder over a batch of sequences.
struct DecoderPass {
  let config: DecoderConfig
  let weights: DecoderWeights
  let sequences: [SequenceExtent]
  private let caches: [KeyValueCache]
  let layout: HeadLayout
  /// The position of each row.
  private let positions: [Int]
  private let rotation: RotaryTables?
  private let localRotation: RotaryTables?
  /// The residual stream, n × hidden size.
  let hidden: RowBuffer
  /// What a block reads, n × hidden size.
  let normalized: RowBuffer
  /// Queries, keys and values.
  let projections: RowBuffer
  let attended: RowBuffer
  /// n × intermediate size.
  let inner: RowBuffer

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
    for index in weights.layers.indices { run(layer: index) }
    weights.finalNorm.apply(hidden, into: hidden)
    for (cache, sequence) in zip(caches, sequences) { cache.count += sequence.count }
  }

  /// Runs one layer, from the stream before it to the stream after it.
  func run(layer index: Int) {
    let layer = weights.layers[index]
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

  /// Adds the output of a block to the residual stream, normalised if the architecture does that.
  ///
  /// - Parameter block: writes its output to a buffer, or adds it.
  private func add(_ norm: RowNormalization?, _ block: (RowBuffer, _ adding: Bool) -> Void) {
    guard let norm else { return block(hidden, true) }
    // The block has read its input to the end before it writes, so that may be overwritten.
    block(normalized, false)
    norm.apply(normalized, into: normalized)
    hidden.add(normalized)
  }

  // MARK: Attention

  /// Makes the attended values of a layer from the stream; `normalized` then holds what both blocks of a
  /// parallel layer may read.
  func attend(_ index: Int) {
    let layer = weights.layers[index]
    layer.inputNorm.apply(hidden, into: normalized)
    project(layer)
    finishHeads(index)
    let memories = sequences.indices.map { place in
      caches.isEmpty
        ? layout.memory(of: projections[sequences[place].firstRow])
        : caches[place].append(projections, rows: sequences[place].rows, layer: index)
    }
    Attention(config: config, layout: layout, layer: index)
      .apply(projections, sequences: sequences, memories: memories, into: attended)
  }

  /// Computes queries, keys and values.
  func project(_ layer: LayerWeights) {
    for (column, weight) in layer.projections {
      weight.apply(to: normalized, into: projections, column: column)
    }
  }

  /// Normalises queries and keys where the architecture does that, and rotates them.
  func finishHeads(_ index: Int) {
    forEachHead(layer: index) { [projections] head in
      let elements = projections[head.row] + head.column
      head.norm?.apply(elements, into: elements)
      head.rotation?.rotate(elements, position: head.position)
    }
  }

  /// A query or a key of one row.
  struct Head {
    let row: Int
    /// Where it begins in a row of projections.
    let column: Int
    let norm: RowNormalization?
    let rotation: RotaryTable?
    let position: Int
  }

  /// Calls `body` for every query and key of every row, on all cores, where they are normalised or
  /// rotated.
  func forEachHead(layer index: Int, _ body: @Sendable (Head) -> Void) {
    let layer = weights.layers[index]
    let isLocal = config.localRotation != nil && config.windows[index] != nil
    let tables = isLocal ? localRotation : rotation
    guard tables != nil || layer.queryNorm != nil else { return }
    projections.forEachRow { [config, layout, positions] row, _ in
      let table = tables?.table(ofRow: row)
      func visit(_ column: Int, _ norm: RowNormalization?) {
        body(
          Head(row: row, column: column, norm: norm, rotation: table, position: positions[row]))
      }
      for head in 0..<config.headCount { visit(layout.query(head), layer.queryNorm) }
      for head in 0..<config.keyValueHeadCount { visit(layout.key(head), layer.keyNorm) }
    }
  }
}
