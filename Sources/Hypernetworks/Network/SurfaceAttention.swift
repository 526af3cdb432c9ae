internal import LanguageModels
internal import Tensors

/// Attention within surfaces: every row sees the visible rows of its surface.
///
/// Surfaces have a few rows each, too few for matrix products to pay; sums run over lanes of a vector.
struct SurfaceAttention: Sendable {
  let headCount: Int
  /// The dimensions of one head.
  let width: Int
  let batch: SurfaceBatch
  /// Whether only the first row of each surface asks, one query per surface.
  let asksFirstAlone: Bool

  private typealias Floats = UnsafeMutablePointer<Float>
  private typealias Lanes = SIMD8<Float>

  /// The queries of a surface.
  private func queries(_ surface: Int) -> Range<Int> {
    let extent = batch.extents[surface]
    return asksFirstAlone
      ? surface..<(surface + 1) : extent.first..<(extent.first + extent.count)
  }

  private var queryCount: Int { asksFirstAlone ? batch.extents.count : batch.rowCount }
  private var longest: Int { batch.extents.map(\.visible).max() ?? 0 }
  private var scale: Float { 1 / Float(width).squareRoot() }

  /// - Returns: the attended values, one row per query, and the weights: one row per query with
  ///   those of each head after another.
  func run(
    _ query: RowBuffer, _ key: RowBuffer, _ value: RowBuffer
  ) -> (attended: RowBuffer, weights: RowBuffer) {
    let span = longest
    let attended = RowBuffer(rows: queryCount, columns: query.columns)
    let weights = RowBuffer(rows: queryCount, columns: headCount * span)
    forEachSurface { extent, queries in
      for row in queries {
        for head in 0..<headCount {
          let column = head * width
          let scores = weights[row] + head * span
          for seen in 0..<extent.visible {
            scores[seen] =
              scale * product(query[row] + column, key[extent.first + seen] + column)
          }
          let largest = VectorMath.maximum(scores, count: extent.visible)
          let sum = VectorMath.exponentials(of: scores, count: extent.visible, less: largest)
          for seen in 0..<extent.visible {
            scores[seen] /= sum
            add(
              value[extent.first + seen] + column, times: scores[seen],
              to: attended[row] + column)
          }
        }
      }
    }
    return (attended, weights)
  }

  /// Carries the gradient by the attended values back to queries, keys and values.
  func carryBack(
    _ slope: RowBuffer, _ query: RowBuffer, _ key: RowBuffer, _ value: RowBuffer,
    weights: RowBuffer
  ) -> (query: RowBuffer, key: RowBuffer, value: RowBuffer) {
    let span = longest
    let results = [query, key, value].map { RowBuffer(rows: $0.rows, columns: $0.columns) }
    let (querySlope, keySlope, valueSlope) = (results[0], results[1], results[2])
    forEachSurface { extent, queries in
      var slopes = [Float](repeating: 0, count: extent.visible)
      for row in queries {
        for head in 0..<headCount {
          let column = head * width
          let shares = weights[row] + head * span
          let outer = slope[row] + column
          var mean: Float = 0
          for seen in 0..<extent.visible {
            let other = extent.first + seen
            slopes[seen] = product(outer, value[other] + column)
            mean += slopes[seen] * shares[seen]
            add(outer, times: shares[seen], to: valueSlope[other] + column)
          }
          for seen in 0..<extent.visible {
            let other = extent.first + seen
            let step = scale * shares[seen] * (slopes[seen] - mean)
            add(key[other] + column, times: step, to: querySlope[row] + column)
            add(query[row] + column, times: step, to: keySlope[other] + column)
          }
        }
      }
    }
    return (querySlope, keySlope, valueSlope)
  }

  private func forEachSurface(
    _ body: @Sendable (SurfaceBatch.Extent, _ queries: Range<Int>) -> Void
  ) {
    parallelFor(count: batch.extents.count, pieceSize: 32) { surfaces in
      for surface in surfaces { body(batch.extents[surface], queries(surface)) }
    }
  }

  // MARK: Vectors of one head

  private func product(_ left: Floats, _ right: Floats) -> Float {
    var lanes = Lanes.zero
    let whole = width & ~7
    let (leftBytes, rightBytes) = (UnsafeRawPointer(left), UnsafeRawPointer(right))
    for index in stride(from: 0, to: whole, by: 8) {
      lanes +=
        leftBytes.loadUnaligned(fromByteOffset: index &* 4, as: Lanes.self)
        * rightBytes.loadUnaligned(fromByteOffset: index &* 4, as: Lanes.self)
    }
    var sum = lanes.sum()
    for index in whole..<width { sum += left[index] * right[index] }
    return sum
  }

  private func add(_ source: Floats, times factor: Float, to target: Floats) {
    for index in 0..<width { target[index] += factor * source[index] }
  }
}
