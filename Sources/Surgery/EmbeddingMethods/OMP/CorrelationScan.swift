/// The inner loops of the pursuit: over all atoms, for every target and step.
///
/// Plain loops over pointers, since this is where nearly all of the time goes. They run in tiles that
/// stay in the nearest cache; each element goes through the same operations in the same order wherever
/// it stands in a tile.
enum CorrelationScan {
  /// An atom and its correlation with the residual.
  struct Match {
    var index: Int
    var correlation: Float
  }

  private static let tileSize = 1024

  /// The atoms that may have the largest |c[i]| · weights[i], where c = base − Σⱼ factors[j] · rows[j]:
  /// the update of the correlations and the selection of Batch-OMP in one pass.
  ///
  /// - Parameters:
  ///   - base: correlations of all atoms with the residual from which the factors count.
  ///   - rows: rows of the Gram matrix, as long as `base`.
  ///   - factors: one per row.
  ///   - weights: one per atom, not negative. An atom with weight 0 or correlation NaN never wins.
  ///   - margin: how far below the largest score another one may lie and still be larger in truth.
  /// - Returns: the atom with the largest score and those within the margin, by ascending index.
  static func contenders(
    base: UnsafeBufferPointer<Float>, rows: [UnsafePointer<Float>], factors: [Float],
    weights: UnsafeBufferPointer<Float>, margin: Float
  ) -> [Match] {
    precondition(weights.count == base.count && rows.count == factors.count)
    guard let base = base.baseAddress, let allWeights = weights.baseAddress else { return [] }
    return withUnsafeTemporaryAllocation(of: Float.self, capacity: tileSize) { tile in
      guard let tile = tile.baseAddress else { return [] }
      var candidates = Candidates(margin: margin)
      for start in stride(from: 0, to: weights.count, by: tileSize) {
        let count = min(tileSize, weights.count - start)
        tile.update(from: base + start, count: count)
        subtract(rows, times: factors, from: start, count: count, to: tile)
        candidates.add(tile, allWeights + start, count, firstIndex: start)
      }
      return candidates.contenders
    }
  }

  /// The atoms whose score is within a margin of the largest one so far.
  private struct Candidates {
    let margin: Float
    private var matches: [(match: Match, score: Float)] = []
    private var bestScore: Float = 0

    init(margin: Float) { self.margin = margin }

    /// The largest score only grows, so what is within the margin of the last one is here.
    var contenders: [Match] { matches.filter { $0.score >= bestScore - margin }.map(\.match) }

    mutating func add(
      _ values: UnsafePointer<Float>, _ weights: UnsafePointer<Float>, _ count: Int,
      firstIndex: Int
    ) {
      // Most tiles hold no candidate, which the maximum in eight lanes finds out quickly.
      guard maximum(values, weights, count) >= bestScore - margin else { return }
      for index in 0..<count {
        let score = values[index].magnitude * weights[index]
        guard score > 0, score >= bestScore - margin else { continue }
        matches.append((Match(index: firstIndex + index, correlation: values[index]), score))
        bestScore = max(bestScore, score)
      }
    }
  }

  /// Subtracts from `tile` the elements from `start` on of each row times its factor. Four rows at a
  /// time, so that the tile is loaded and stored a quarter as often.
  private static func subtract(
    _ rows: [UnsafePointer<Float>], times factors: [Float], from start: Int, count: Int,
    to tile: UnsafeMutablePointer<Float>
  ) {
    let whole = rows.count & ~3
    for row in stride(from: 0, to: whole, by: 4) {
      let (first, second) = (rows[row] + start, rows[row + 1] + start)
      let (third, fourth) = (rows[row + 2] + start, rows[row + 3] + start)
      let (a, b, c, d) = (factors[row], factors[row + 1], factors[row + 2], factors[row + 3])
      for index in 0..<count {
        tile[index] -=
          (a * first[index] + b * second[index]) + (c * third[index] + d * fourth[index])
      }
    }
    for row in whole..<rows.count {
      let (pointer, factor) = (rows[row] + start, factors[row])
      for index in 0..<count { tile[index] -= factor * pointer[index] }
    }
  }

  /// The largest |value| · weight; NaNs count as nothing.
  private static func maximum(
    _ values: UnsafePointer<Float>, _ weights: UnsafePointer<Float>, _ count: Int
  ) -> Float {
    var largest = SIMD8<Float>.zero
    let rawValues = UnsafeRawPointer(values)
    let rawWeights = UnsafeRawPointer(weights)
    let signs = SIMD8<UInt32>(repeating: 0x7FFF_FFFF)
    let whole = count & ~7
    for index in stride(from: 0, to: whole, by: 8) {
      let bits = rawValues.loadUnaligned(fromByteOffset: index &* 4, as: SIMD8<UInt32>.self)
      let weight = rawWeights.loadUnaligned(fromByteOffset: index &* 4, as: SIMD8<Float>.self)
      let score: SIMD8<Float> = unsafeBitCast(bits & signs, to: SIMD8<Float>.self) * weight
      largest.replace(with: score, where: score .> largest)
    }
    var result: Float = 0
    for lane in 0..<8 where largest[lane] > result { result = largest[lane] }
    for index in whole..<count {
      let score = values[index].magnitude * weights[index]
      if score > result { result = score }
    }
    return result
  }
}
