internal import Tensors

extension Attention {
  /// Carries a gradient by the attended values back to queries, keys and values.
  ///
  /// A task is one group of heads that share a key, in one sequence: only it writes to that key's
  /// gradient, block of queries by block, so that the order of additions is fixed.
  ///
  /// - Parameters:
  ///   - projections: queries, keys and values of all rows, normalised and rotated.
  ///   - gradient: by the attended values, one row per row of `projections`.
  ///   - result: zeros, laid out as `projections`; gets the gradient.
  func carryBack(
    _ projections: RowBuffer, sequences: [SequenceExtent], _ gradient: RowBuffer,
    into result: RowBuffer
  ) {
    let groups = config.keyValueHeadCount
    let shared = config.headCount / groups
    parallelFor(count: sequences.count * groups) { task in
      let (extent, group) = (sequences[task / groups], task % groups)
      for head in (group * shared)..<((group + 1) * shared) {
        for start in stride(from: 0, to: extent.count, by: Self.blockSize) {
          let rows = start..<min(start + Self.blockSize, extent.count)
          carryBack(
            HeadPlace(query: head, key: group), extent, rows: rows, projections, gradient,
            into: result)
        }
      }
    }
  }

  /// The queries of one head and the keys that they meet.
  private struct HeadPlace {
    let query: Int
    let key: Int
  }

  private func carryBack(
    _ head: HeadPlace, _ extent: SequenceExtent, rows: Range<Int>, _ projections: RowBuffer,
    _ gradient: RowBuffer, into result: RowBuffer
  ) {
    let block = QueryBlock(extent: extent, rows: rows, window: config.windows[layer])
    let (count, width) = (block.keyCount, config.headDimension)
    let scale = config.attentionScales[layer]
    let queryRow = extent.firstRow + rows.lowerBound
    let keyRow = extent.firstRow + block.firstKey - extent.firstPosition
    let size = rows.count * count
    let weights = UnsafeMutablePointer<Float>.allocate(capacity: 2 * size)
    defer { weights.deallocate() }
    let slopes = weights + size
    let memory = layout.memory(of: projections[keyRow])
    let keys = memory.keys + head.key * memory.headStride
    let values = memory.values + head.key * memory.headStride
    let queries = projections[queryRow] + layout.query(head.query)
    let outputs = gradient[queryRow] + head.query * width

    StridedProduct.multiply(
      rows: rows.count, columns: count, inner: width, scale: scale, queries,
      stride: projections.columns, keys, stride: memory.stride, transposingRight: true,
      into: weights, stride: count)
    StridedProduct.multiply(
      rows: rows.count, columns: count, inner: width, outputs, stride: gradient.columns, values,
      stride: memory.stride, transposingRight: true, into: slopes, stride: count)
    for row in 0..<rows.count {
      carryBack(
        weights + row * count, slopes + row * count, count: count, visible: block.visible(row))
    }
    let target = result[keyRow]
    StridedProduct.multiply(
      rows: count, columns: width, inner: rows.count, weights, stride: count,
      transposingLeft: true, outputs, stride: gradient.columns, transposingRight: false,
      into: target + layout.value(head.key), stride: result.columns, adding: true)
    StridedProduct.multiply(
      rows: count, columns: width, inner: rows.count, scale: scale, slopes, stride: count,
      transposingLeft: true, queries, stride: projections.columns, transposingRight: false,
      into: target + layout.key(head.key), stride: result.columns, adding: true)
    StridedProduct.multiply(
      rows: rows.count, columns: width, inner: count, scale: scale, slopes, stride: count, keys,
      stride: memory.stride, transposingRight: false,
      into: result[queryRow] + layout.query(head.query), stride: result.columns, adding: true)
  }

  /// Turns the scores of one query into weights, and the gradient by the weights into one by the scores.
  private func carryBack(
    _ scores: UnsafeMutablePointer<Float>, _ slopes: UnsafeMutablePointer<Float>, count: Int,
    visible: Range<Int>
  ) {
    // A bounded score c · tanh(s / c) has the slope 1 − (bounded / c)², read before it becomes a weight.
    var bounds: [Float] = []
    if let cap = config.attentionCap {
      bounds = visible.map { index in
        let share = VectorMath.hyperbolicTangent(scores[index] / cap)
        return 1 - share * share
      }
    }
    weigh(scores, count: count, visible: visible)
    var mean: Float = 0
    for index in visible { mean += scores[index] * slopes[index] }
    for index in 0..<visible.lowerBound { slopes[index] = 0 }
    for index in visible { slopes[index] = scores[index] * (slopes[index] - mean) }
    for index in visible.upperBound..<count { slopes[index] = 0 }
    for (index, bound) in zip(visible, bounds) { slopes[index] *= bound }
  }
}
