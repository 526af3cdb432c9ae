/// Attention as its definition reads: one query, one key, one number at a time.
struct SlowAttention {
  var headCount: Int
  var keyHeadCount: Int
  var width: Int
  var scale: Double
  var window: Int?
  var cap: Double?

  /// The attended values of one sequence.
  ///
  /// - Parameters:
  ///   - queries: by position, the heads one after another; keys and values likewise.
  func apply(queries: [[Double]], keys: [[Double]], values: [[Double]]) -> [[Double]] {
    queries.indices.map { position in
      (0..<headCount).flatMap { head -> [Double] in
        let keyHead = head * keyHeadCount / headCount
        let first = window.map { max(0, position - $0 + 1) } ?? 0
        let weights = (first...position).map { other -> Double in
          var score = 0.0
          for index in 0..<width {
            score +=
              queries[position][head * width + index] * keys[other][keyHead * width + index]
          }
          score *= scale
          return cap.map { $0 * tangent(score / $0) } ?? score
        }.map(exponential)
        let sum = weights.reduce(0, +)
        return (0..<width).map { index in
          zip(first...position, weights).reduce(0) {
            $0 + $1.1 / sum * values[$1.0][keyHead * width + index]
          }
        }
      }
    }
  }

  private func exponential(_ x: Double) -> Double {
    // The series after eight halvings, squared back.
    var sum = 1.0
    var term = 1.0
    for index in 1..<12 {
      term *= x / 256 / Double(index)
      sum += term
    }
    for _ in 0..<8 { sum *= sum }
    return sum
  }

  private func tangent(_ x: Double) -> Double { 1 - 2 / (1 + exponential(2 * x)) }
}
