/// A run of a decoder that can be gone back: from a gradient by the final states to one by the embedded
/// tokens. The weights are constants, so that nothing is kept of a layer but its input; the rest is
/// computed anew on the way back.
struct DecoderGradient {
  private let pass: DecoderPass
  /// The stream before each layer, and after the last.
  private let streams: [RowBuffer]
  /// The stream between the two blocks of a layer.
  private let middle: RowBuffer
  /// What the feed-forward block reads, where that is not what attention reads.
  private let feedForwardInput: RowBuffer
  /// The gradient by what a block reads, for either block.
  private let attentionSlope: RowBuffer
  private let feedForwardSlope: RowBuffer
  /// The output of a block before it is normalised, and then the gradient by it.
  private let output: RowBuffer
  private let projectionSlope: RowBuffer
  private let attendedSlope: RowBuffer
  private let gate: RowBuffer
  private let up: RowBuffer

  /// Runs the model; `hidden` then holds the final states.
  ///
  /// - Parameter hidden: the embedded tokens, n × hidden size.
  init(
    _ config: DecoderConfig, _ weights: DecoderWeights, hidden: RowBuffer,
    sequences: [SequenceExtent]
  ) {
    pass = DecoderPass(config, weights, hidden: hidden, sequences: sequences)
    var streams: [RowBuffer] = []
    for index in weights.layers.indices {
      streams.append(RowBuffer(copying: hidden))
      pass.run(layer: index)
    }
    streams.append(RowBuffer(copying: hidden))
    weights.finalNorm.apply(hidden, into: hidden)
    self.streams = streams
    func rows(_ columns: Int) -> RowBuffer { RowBuffer(rows: hidden.rows, columns: columns) }
    middle = rows(config.hiddenSize)
    feedForwardInput = rows(config.hiddenSize)
    attentionSlope = rows(config.hiddenSize)
    feedForwardSlope = rows(config.hiddenSize)
    output = rows(config.hiddenSize)
    projectionSlope = rows(pass.projections.columns)
    attendedSlope = rows(config.queryWidth)
    gate = rows(config.intermediateSize)
    up = rows(config.intermediateSize)
  }

  /// The floats that going back holds for each token, those of the forward pass included.
  static func floatsPerRow(_ config: DecoderConfig) -> Int {
    DecoderPass.floatsPerRow(config) + (config.layerCount + 6) * config.hiddenSize
      + 2 * config.queryWidth + 2 * config.keyWidth + 2 * config.intermediateSize
  }

  /// Turns a gradient by the final states into one by the embedded tokens, in place. What the run was
  /// given as `hidden` is overwritten.
  func carryBack(_ slope: RowBuffer) {
    let weights = pass.weights
    weights.finalNorm.carryBack(
      streams[weights.layers.count], slope, into: slope, adding: false)
    for index in weights.layers.indices.reversed() {
      carryBack(layer: index, slope)
    }
  }

  // MARK: Layers

  private func carryBack(layer index: Int, _ slope: RowBuffer) {
    let layer = pass.weights.layers[index]
    let stream = streams[index]
    pass.hidden.copy(stream)
    pass.attend(index)
    if pass.config.hasParallelResidual {
      // `normalized` is what attention read, and what the other block reads if it has no norm of its own.
      let input = layer.feedForwardNorm == nil ? pass.normalized : feedForwardInput
      layer.feedForwardNorm?.apply(stream, into: input)
      carryBackFeedForward(layer, input, slope)
      carryBackAttention(index, slope)
      if let norm = layer.feedForwardNorm {
        norm.carryBack(stream, feedForwardSlope, into: slope, adding: true)
      } else {
        attentionSlope.add(feedForwardSlope)
      }
    } else {
      addAttention(layer, to: stream)
      layer.feedForwardNorm?.apply(middle, into: feedForwardInput)
      carryBackFeedForward(layer, feedForwardInput, slope)
      layer.feedForwardNorm?.carryBack(middle, feedForwardSlope, into: slope, adding: true)
      carryBackAttention(index, slope)
    }
    layer.inputNorm.carryBack(stream, attentionSlope, into: slope, adding: true)
  }

  /// Computes the stream between the blocks from the attended values.
  private func addAttention(_ layer: LayerWeights, to stream: RowBuffer) {
    middle.copy(stream)
    guard let norm = layer.attentionOutputNorm else {
      return layer.attentionOutput.apply(to: pass.attended, into: middle, adding: true)
    }
    layer.attentionOutput.apply(to: pass.attended, into: output)
    norm.apply(output, into: output)
    middle.add(output)
  }

  /// The gradient by the output of a block, from the one by what is added to the stream.
  ///
  /// - Parameter compute: writes the block's output to a buffer.
  private func blockSlope(
    _ norm: RowNormalization?, _ slope: RowBuffer, _ compute: (RowBuffer) -> Void
  ) -> RowBuffer {
    guard let norm else { return slope }
    compute(output)
    norm.carryBack(output, slope, into: output, adding: false)
    return output
  }

  /// From `slope` to `feedForwardSlope`, the gradient by what the block reads.
  private func carryBackFeedForward(
    _ layer: LayerWeights, _ input: RowBuffer, _ slope: RowBuffer
  ) {
    let block = FeedForward(weights: layer, activation: pass.config.activation)
    let outer = blockSlope(layer.feedForwardOutputNorm, slope) { target in
      block.apply(input, inner: pass.inner, into: target, adding: false)
    }
    block.carryBack(
      input, outer, scratch: (up: up, gate: gate, inner: pass.inner), into: feedForwardSlope)
  }

  /// From `slope` to `attentionSlope`, the gradient by what the block reads.
  private func carryBackAttention(_ index: Int, _ slope: RowBuffer) {
    let layer = pass.weights.layers[index]
    let outer = blockSlope(layer.attentionOutputNorm, slope) { target in
      layer.attentionOutput.apply(to: pass.attended, into: target)
    }
    layer.attentionOutput.applyTransposed(to: outer, into: attendedSlope)
    projectionSlope.clear()
    Attention(config: pass.config, layout: pass.layout, layer: index)
      .carryBack(
        pass.projections, sequences: pass.sequences, attendedSlope, into: projectionSlope)
    carryBackHeads(index)
    for (place, (column, weight)) in layer.projections.enumerated() {
      weight.applyTransposed(
        to: projectionSlope, column: column, into: attentionSlope, adding: place > 0)
    }
  }

  /// The gradient by queries and keys before they are rotated and normalised.
  private func carryBackHeads(_ index: Int) {
    let layer = pass.weights.layers[index]
    // What the norms read has been overwritten.
    if layer.queryNorm != nil || layer.keyNorm != nil { pass.project(layer) }
    pass.forEachHead(layer: index) { [projections = pass.projections, projectionSlope] head in
      let slope = projectionSlope[head.row] + head.column
      head.rotation?.carryBack(slope, position: head.position)
      head.norm?.carryBack(
        projections[head.row] + head.column, slope, into: slope, adding: false)
    }
  }
}
