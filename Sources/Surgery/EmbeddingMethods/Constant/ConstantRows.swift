internal import Tensors
internal import Tokenization

/// Rows that know nothing of their token: what other methods have to be better than.
public enum ConstantRows: String, EmbeddingMethod, CaseIterable {
  /// The mean of the shared tokens' base rows.
  case mean
  /// Zeros.
  case zero
  /// A sample of the normal distribution with the mean and the deviations of the shared tokens' base
  /// rows, dimension by dimension; the same for the same token id.
  case normal

  public var name: String { rawValue }
  public var needsDonor: Bool { false }

  public func fit(
    to problem: EmbeddingProblem, progress: (_ fraction: Double) throws -> Void
  ) throws -> any FittedMethod {
    let anchors = problem.anchorBaseRows()
    let mean = anchors.meanRow()
    try progress(1)
    return FittedConstant(
      method: self, mean: mean, deviations: anchors.columnDeviations(from: mean))
  }
}

private struct FittedConstant: FittedMethod {
  let method: ConstantRows
  let mean: [Float]
  let deviations: [Float]

  func serving(_ problem: EmbeddingProblem) -> (any FittedMethod)? { self }

  func rows(for targets: ArraySlice<TokenID>) -> MadeRows {
    var result = Matrix(rows: targets.count, columns: mean.count)
    for (index, target) in targets.enumerated() {
      result.withMutableRow(index) { row in
        switch method {
        case .mean: _ = row.update(fromContentsOf: mean)
        case .zero: break
        case .normal:
          var generator = SplitMix64(seed: UInt64(target) &+ 1)
          for column in row.indices {
            row[column] = mean[column] + deviations[column] * generator.normal()
          }
        }
      }
    }
    let origin = RowOrigin.computed(method: method.name, pieces: [])
    return MadeRows(rows: result, origins: targets.map { _ in origin })
  }
}

extension SplitMix64 {
  /// A number of the standard normal distribution: the sum of twelve uniform ones, less six (its
  /// tails end at six deviations).
  mutating func normal() -> Float {
    (0..<12).reduce(Float(-6)) { sum, _ in sum + Float(next() >> 40) * 0x1p-24 }
  }
}
