internal import Tensors
internal import Tokenization

/// The plain average of the rows of several methods.
///
/// Methods that look at different things (the pieces, the donor's row, its neighbours) err in different
/// directions. A part that has nothing to go by for a token is left out of its average.
public struct Blend: EmbeddingMethod {
  public let parts: [any EmbeddingMethod]

  /// - Parameter parts: at least one.
  public init(_ parts: [any EmbeddingMethod]) {
    precondition(!parts.isEmpty)
    self.parts = parts
  }

  public var name: String { parts.map(\.name).joined(separator: "+") }
  public var needsDonor: Bool { parts.contains { $0.needsDonor } }
  public var needsHypernetwork: Bool { parts.contains { $0.needsHypernetwork } }

  public func fit(
    to problem: EmbeddingProblem, progress: (_ fraction: Double) throws -> Void
  ) throws -> any FittedMethod {
    var fitted: [any FittedMethod] = []
    for (index, part) in parts.enumerated() {
      fitted.append(
        try part.fit(to: problem) { fraction in
          try progress((Double(index) + fraction) / Double(parts.count))
        })
    }
    return FittedBlend(name: name, parts: fitted, problem: problem)
  }
}

private struct FittedBlend: FittedMethod {
  let name: String
  let parts: [any FittedMethod]
  let problem: EmbeddingProblem

  func serving(_ problem: EmbeddingProblem) -> (any FittedMethod)? {
    let parts = parts.compactMap { $0.serving(problem) }
    guard parts.count == self.parts.count else { return nil }
    return FittedBlend(name: name, parts: parts, problem: problem)
  }

  func rows(for targets: ArraySlice<TokenID>) throws -> MadeRows {
    Blend.average(
      try parts.map { try $0.rows(for: targets) }, name: name,
      pieces: targets.map { problem.pieces[$0] ?? [] })
  }
}

extension Blend {
  /// The average of what several methods made for the same targets.
  static func average(_ parts: [MadeRows], name: String, pieces: [[TokenID]]) -> MadeRows {
    guard parts.count > 1 else { return parts[0] }
    var result = Matrix(rows: parts[0].rows.rows, columns: parts[0].rows.columns)
    var origins: [RowOrigin] = []
    for row in 0..<result.rows {
      let usable = parts.filter { $0.origins[row] != .mean }
      let share = 1 / Float(max(usable.count, 1))
      result.withMutableRow(row) { sum in
        for part in usable {
          part.rows.withRow(row) { values in
            for column in sum.indices { sum[column] += share * values[column] }
          }
        }
      }
      origins.append(usable.isEmpty ? .mean : .computed(method: name, pieces: pieces[row]))
    }
    return MadeRows(rows: result, origins: origins)
  }
}
