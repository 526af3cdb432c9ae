extension FeedForward {
  /// Carries a gradient by the block's output back to its input.
  ///
  /// - Parameters:
  ///   - input: what the block read, n × hidden size.
  ///   - gradient: by the block's output, n × hidden size.
  ///   - scratch: working memory, three buffers of n × intermediate size.
  ///   - result: n × hidden size; overwritten. May be `gradient`.
  func carryBack(
    _ input: RowBuffer, _ gradient: RowBuffer,
    scratch: (up: RowBuffer, gate: RowBuffer, inner: RowBuffer), into result: RowBuffer
  ) {
    let (up, gate, inner) = scratch
    weights.up.apply(to: input, into: up)
    weights.gate?.apply(to: input, into: gate)
    weights.down.applyTransposed(to: gradient, into: inner)
    let isGated = weights.gate != nil
    inner.forEachRow { [activation] row, slopes in
      let (ups, gates) = (up[row], gate[row])
      for index in 0..<inner.columns {
        if isGated {
          let (value, slope) = activation.valueAndSlope(gates[index])
          gates[index] = slopes[index] * ups[index] * slope
          ups[index] = slopes[index] * value
        } else {
          ups[index] = slopes[index] * activation.valueAndSlope(ups[index]).slope
        }
      }
    }
    weights.up.applyTransposed(to: up, into: result)
    weights.gate?.applyTransposed(to: gate, into: result, adding: true)
  }
}
