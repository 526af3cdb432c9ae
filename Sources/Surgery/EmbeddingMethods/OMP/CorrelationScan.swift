/// The search for the largest of many scores.
enum CorrelationScan {
  /// An atom and its correlation with the residual.
  struct Match {
    var index: Int
    var correlation: Float
  }

  /// The atoms that may be the one to take.
  struct Contenders {
    var matches: [Match]
    /// The largest score; 0 when there is no match.
    var bestScore: Float

    /// These and others, as far as they still are within the margin of the best.
    func adding(_ others: [Match], _ margin: Float, _ weights: [Float]) -> Contenders {
      let scores = (matches + others).map { ($0, $0.correlation.magnitude * weights[$0.index]) }
      let best = scores.map(\.1).max() ?? 0
      return Contenders(
        matches: scores.filter { $0.1 >= best - margin }.map(\.0), bestScore: best)
    }
  }

  private static let tileSize = 1024

  /// The atoms that may have the largest |values[i]| · weights[i].
  ///
  /// - Parameters:
  ///   - values: correlations with the residual; none is NaN.
  ///   - weights: one per value, not negative. An atom with weight 0 never wins.
  ///   - margin: how far below the largest score another one may lie and still be larger in truth.
  /// - Returns: the atom with the largest score and those within the margin.
  static func contenders(
    _ values: UnsafeBufferPointer<Float>, weights: UnsafeBufferPointer<Float>, margin: Float
  ) -> Contenders {
    precondition(weights.count == values.count)
    guard let values = values.baseAddress, let weightsStart = weights.baseAddress else {
      return Contenders(matches: [], bestScore: 0)
    }
    var candidates = Candidates(margin: margin)
    for start in stride(from: 0, to: weights.count, by: tileSize) {
      let count = min(tileSize, weights.count - start)
      candidates.add(values + start, weightsStart + start, count, firstIndex: start)
    }
    return candidates.contenders
  }

  /// The atoms whose score is within a margin of the largest one so far.
  private struct Candidates {
    let margin: Float
    private var matches: [(match: Match, score: Float)] = []
    private var bestScore: Float = 0

    init(margin: Float) { self.margin = margin }

    /// The largest score only grows, so what is within the margin of the last one is here.
    var contenders: Contenders {
      Contenders(
        matches: matches.filter { $0.score >= bestScore - margin }.map(\.match),
        bestScore: bestScore)
    }

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

  /// The largest |value| · weight.
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
