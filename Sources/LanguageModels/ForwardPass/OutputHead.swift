internal import Glibc
internal import Tensors

/// From final states to probabilities of tokens.
struct OutputHead: Sendable {
  let weight: WeightMatrix
  /// The bound of logits, if there is one.
  let cap: Float?

  /// The part of the vocabulary that one task goes through. Fixed, so that every number of cores adds
  /// in the same order.
  private static let chunk = 4096

  /// What a part of the vocabulary adds to the probabilities of one row.
  private struct Share {
    var largest = -Float.infinity
    /// The sum of the exponentials of logits less the largest.
    var sum: Float = 0
  }

  /// Scores one token for each row of `states`.
  ///
  /// Logits are made tile by tile and reduced at once, so that rows × vocabulary is never held.
  ///
  /// - Parameters:
  ///   - states: final states, n × hidden size.
  ///   - targets: a token for each row.
  func scores(of targets: [Int], given states: RowBuffer) -> [TokenScore] {
    let vocabulary = weight.outputs
    let chunks = (vocabulary + Self.chunk - 1) / Self.chunk
    let tile = WeightMatrix.tileRows
    let rowTiles = (states.rows + tile - 1) / tile
    var shares = [Share](repeating: Share(), count: states.rows * chunks)
    var found = [Float](repeating: 0, count: states.rows)
    shares.withUnsafeMutableBufferPointer { shares in
      found.withUnsafeMutableBufferPointer { found in
        // Safe: each task writes the shares of its rows and chunk, and the logits of targets in it.
        nonisolated(unsafe) let (shares, found) = (shares, found)
        parallelFor(count: rowTiles * chunks) { task in
          let (part, chunk) = (task / chunks, task % chunks)
          let rows = (part * tile)..<min((part + 1) * tile, states.rows)
          let tokens = (chunk * Self.chunk)..<min((chunk + 1) * Self.chunk, vocabulary)
          let target = UnsafeMutableBufferPointer(
            rebasing: shares[(chunk * states.rows + rows.lowerBound)...].prefix(rows.count))
          reduce(states, rows, tokens, into: target) { row, logits, range in
            if range.contains(targets[row]) {
              found[row] = logits[targets[row] - range.lowerBound]
            }
          }
        }
      }
    }
    return targets.indices.map { row in
      let parts = (0..<chunks).map { shares[$0 * states.rows + row] }
      let largest = parts.map(\.largest).max() ?? 0
      let sum = parts.reduce(0.0) { $0 + Double($1.sum) * exp(Double($1.largest - largest)) }
      return TokenScore(
        logProbability: Double(found[row]) - Double(largest) - log(sum),
        isMostProbable: found[row] >= largest)
    }
  }

  /// Goes through the logits of some rows and tokens.
  ///
  /// - Parameter visit: sees the logits of each row, tile by tile, with the tokens they belong to.
  private func reduce(
    _ states: RowBuffer, _ rows: Range<Int>, _ tokens: Range<Int>,
    into shares: UnsafeMutableBufferPointer<Share>,
    visit: (_ row: Int, _ logits: UnsafePointer<Float>, _ tokens: Range<Int>) -> Void
  ) {
    let width = WeightMatrix.tileColumns
    let logits = UnsafeMutablePointer<Float>.allocate(capacity: rows.count * width)
    defer { logits.deallocate() }
    for start in stride(from: tokens.lowerBound, to: tokens.upperBound, by: width) {
      let range = start..<min(start + width, tokens.upperBound)
      weight.multiply(states, rows: rows, outputs: range, into: logits, stride: width)
      for row in rows {
        let values = logits + (row - rows.lowerBound) * width
        if let cap { VectorMath.cap(values, count: range.count, at: cap) }
        visit(row, values, range)
        var share = shares[row - rows.lowerBound]
        let largest = max(share.largest, VectorMath.maximum(values, count: range.count))
        share.sum *= exp(share.largest - largest)
        share.sum += VectorMath.exponentials(of: values, count: range.count, less: largest)
        share.largest = largest
        shares[row - rows.lowerBound] = share
      }
    }
  }

  /// The logits of all tokens given one final state.
  func logits(given state: RowBuffer) -> RowBuffer {
    let logits = RowBuffer(rows: 1, columns: weight.outputs)
    weight.apply(to: state, into: logits)
    if let cap { VectorMath.cap(logits.elements, count: weight.outputs, at: cap) }
    return logits
  }

  /// One logit before it is bounded as it is afterwards.
  func logit(ofProduct product: Float) -> Float {
    guard let cap else { return product }
    var logit = product
    VectorMath.cap(&logit, count: 1, at: cap)
    return logit
  }

  /// The log-probabilities of all tokens given one final state, in nats.
  func logProbabilities(given state: RowBuffer) -> [Float] {
    let logits = logits(given: state)
    let largest = Double(VectorMath.maximum(logits.elements, count: weight.outputs))
    var sum = 0.0
    for token in 0..<weight.outputs { sum += exp(Double(logits.elements[token]) - largest) }
    let normalizer = largest + log(sum)
    return (0..<weight.outputs).map { Float(Double(logits.elements[$0]) - normalizer) }
  }
}
