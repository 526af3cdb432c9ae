internal import Glibc
internal import Tensors
internal import Tokenization

/// Rows that are weighted means of the base rows of shared tokens, by the cosine of the donor's rows.
public struct SimilarityTransfer: EmbeddingMethod {
  /// From cosines to weights.
  public enum Rule: Sendable, Equatable {
    /// The k nearest, by a softmax of ten times the cosine.
    case nearest(Int)
    /// Sparsemax (Martins & Astudillo 2016) of the cosine times a sharpness: FOCUS (Dobler & de Melo
    /// 2023) with the donor's embeddings as the auxiliary space. FOCUS itself has sharpness 1.
    case focus(sharpness: Float)
    /// All shared tokens, in proportion to their cosines: CLP-Transfer (Ostendorff & Rehm 2023).
    case proportional
  }

  public let rule: Rule

  public init(_ rule: Rule) { self.rule = rule }

  public var name: String {
    switch rule {
    case .nearest(let count): "knn-\(count)"
    case .focus(1): "focus"
    case .focus(let sharpness):
      "focus-" + (sharpness == sharpness.rounded() ? "\(Int(sharpness))" : "\(sharpness)")
    case .proportional: "clp"
    }
  }

  public func fit(
    to problem: EmbeddingProblem, progress: (_ fraction: Double) throws -> Void
  ) throws -> any FittedMethod {
    let units = try problem.anchorDonorRows(for: name).withUnitRows()
    try progress(1)
    return FittedSimilarity(name: name, rule: rule, problem: problem, units: units)
  }
}

private struct FittedSimilarity: ProblemServing {
  let name: String
  let rule: SimilarityTransfer.Rule
  var problem: EmbeddingProblem
  /// The anchors' donor rows with norm 1.
  let units: Matrix

  /// Targets whose cosines with all anchors are in memory at a time.
  private static let blockSize = 256

  func rows(for targets: ArraySlice<TokenID>) -> MadeRows {
    let donor = problem.donorRows(targets)
    var terms: [(ids: [TokenID], coefficients: [Float])] = []
    for start in stride(from: 0, to: donor.rows, by: Self.blockSize) {
      let block = Array(start..<min(start + Self.blockSize, donor.rows))
      let cosines = LinearAlgebra.product(
        Matrix(donor.view, rows: block).withUnitRows(), units, transposingRight: true)
      for (index, row) in block.enumerated() {
        terms.append(donor.isZero(row: row) ? ([], []) : term(cosines.row(index)))
      }
    }
    return MadeRows(
      rows: RowCombination(base: problem.base).rows(terms),
      origins: terms.map { ids, coefficients in
        guard !ids.isEmpty else { return .mean }
        return rule == .proportional
          ? .computed(method: name, pieces: [])
          : .combination(method: name, ids, coefficients: coefficients, residual: nil)
      })
  }

  private func term(_ cosines: [Float]) -> (ids: [TokenID], coefficients: [Float]) {
    let weights = SimilarityWeights.weights(of: cosines, rule)
    return (weights.map { problem.anchors[$0.index].base }, weights.map(\.weight))
  }
}

/// The weights of shared tokens, from their cosines.
enum SimilarityWeights {
  /// - Returns: the tokens that count, by position, with weights that add up to 1.
  static func weights(
    of cosines: [Float], _ rule: SimilarityTransfer.Rule
  ) -> [(index: Int, weight: Float)] {
    switch rule {
    case .nearest(let count):
      let nearest = largest(cosines).prefix(count)
      let peak = nearest.first.map { cosines[$0] } ?? 0
      return normalized(
        nearest.map { ($0, exp(10 * Double(cosines[$0] - peak))) })
    case .focus(let sharpness):
      return sparsemax(cosines, sharpness: Double(sharpness))
    case .proportional:
      return normalized(cosines.indices.map { ($0, Double(cosines[$0])) })
    }
  }

  /// Positions by descending value, the lower one first among equals.
  private static func largest(_ values: [Float]) -> [Int] {
    values.indices.sorted { (values[$0], $1) > (values[$1], $0) }
  }

  private static func normalized(_ weights: [(Int, Double)]) -> [(index: Int, weight: Float)] {
    let sum = weights.reduce(0) { $0 + $1.1 }
    guard sum.magnitude > 1e-12 else { return [] }
    return weights.map { ($0.0, Float($0.1 / sum)) }
  }

  /// The Euclidean projection of the scaled cosines onto the simplex.
  private static func sparsemax(
    _ cosines: [Float], sharpness: Double
  ) -> [(index: Int, weight: Float)] {
    let order = largest(cosines)
    var sum = 0.0
    var (threshold, support) = (0.0, 0)
    for (position, index) in order.enumerated() {
      let value = sharpness * Double(cosines[index])
      guard 1 + Double(position + 1) * value > sum + value else { break }
      sum += value
      support = position + 1
      threshold = (sum - 1) / Double(support)
    }
    return order.prefix(support).compactMap { index in
      let weight = Float(sharpness * Double(cosines[index]) - threshold)
      return weight > 0 ? (index, weight) : nil
    }
  }
}
