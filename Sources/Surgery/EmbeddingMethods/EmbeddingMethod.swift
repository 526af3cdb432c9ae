public import Tensors
public import Tokenization

/// A way to make rows of an embedding matrix for tokens that the base model does not have.
///
/// A method is asked once per matrix: an untied model's input and output rows are two problems. It is
/// first fitted to the tokens that both vocabularies have, and then makes rows a block at a time, so
/// that no method needs memory for all rows at once.
public protocol EmbeddingMethod: Sendable {
  /// What `--method` calls it, its parameters included: `omp-c8`.
  var name: String { get }
  /// Whether it needs the donor's matrix. One that does not works from a tokenizer alone.
  var needsDonor: Bool { get }
  /// Whether it needs a hypernetwork.
  var needsHypernetwork: Bool { get }

  /// Learns what the method has to know from the shared tokens.
  ///
  /// - Parameters:
  ///   - problem: the matrices and the tokens.
  ///   - progress: is told the fraction that is done; what it throws ends the work.
  /// - Throws: `MethodError` or `PursuitError` when the method does not fit the problem.
  func fit(
    to problem: EmbeddingProblem, progress: (_ fraction: Double) throws -> Void
  ) throws -> any FittedMethod
}

extension EmbeddingMethod {
  public var needsDonor: Bool { true }
  public var needsHypernetwork: Bool { false }
}

/// A method that has seen the shared tokens of a problem.
public protocol FittedMethod: Sendable {
  /// The rows of some targets, in their order.
  ///
  /// The same targets get the same rows in whatever blocks they are asked for, but for the rounding of
  /// products of matrices.
  func rows(for targets: ArraySlice<TokenID>) throws -> MadeRows

  /// The same.
  ///
  /// - Parameter check: is called now and then by methods that take long; what it throws ends the work.
  func rows(for targets: ArraySlice<TokenID>, check: () throws -> Void) throws -> MadeRows

  /// The same method for other targets, without being fitted again.
  ///
  /// - Parameter problem: has the matrices and the anchors that the method was fitted to.
  /// - Returns: `nil` when the method has to be fitted to every problem.
  func serving(_ problem: EmbeddingProblem) -> (any FittedMethod)?
}

/// A fitted method that knows its targets from the problem alone.
protocol ProblemServing: FittedMethod {
  var problem: EmbeddingProblem { get set }
}

extension ProblemServing {
  func serving(_ problem: EmbeddingProblem) -> (any FittedMethod)? {
    var other = self
    other.problem = problem
    return other
  }
}

extension FittedMethod {
  public func serving(_ problem: EmbeddingProblem) -> (any FittedMethod)? { nil }

  public func rows(
    for targets: ArraySlice<TokenID>, check: () throws -> Void
  ) throws -> MadeRows {
    try rows(for: targets)
  }
}

/// Some rows and where they came from.
public struct MadeRows: Sendable {
  /// One row per target × the base's dimensions.
  public var rows: Matrix
  /// One per row. Where it is `.mean`, the method had nothing to go by, and the row does not count.
  public var origins: [RowOrigin]

  public init(rows: Matrix, origins: [RowOrigin]) {
    precondition(rows.rows == origins.count)
    self.rows = rows
    self.origins = origins
  }
}

extension MadeRows {
  /// The rows, with `mean` where a method had nothing to go by.
  package func withMean(_ mean: [Float]) -> Matrix {
    var result = rows
    for (row, origin) in origins.enumerated() where origin == .mean {
      result.withMutableRow(row) { _ = $0.update(fromContentsOf: mean) }
    }
    return result
  }

  /// The rows that these have become.
  ///
  /// - Parameter change: how origins call what was done to them.
  func changed(to rows: Matrix, by change: String) -> MadeRows {
    let origins = origins.map { origin -> RowOrigin in
      switch origin {
      case .mean: .computed(method: "mean, \(change)", pieces: [])
      case .combination(let method, let ids, _, _):
        .computed(method: "\(method), \(change)", pieces: ids)
      case .computed(let method, let pieces):
        .computed(method: "\(method), \(change)", pieces: pieces)
      case .base, .padding: origin
      }
    }
    return MadeRows(rows: rows, origins: origins)
  }
}

/// Where a row of a new matrix came from.
public enum RowOrigin: Sendable, Equatable {
  /// The base's row of a token, bit for bit.
  case base(TokenID)
  /// A weighted sum of base rows that a method chose.
  ///
  /// `residual` is what the same sum of donor rows leaves of the donor's row, relative to its norm,
  /// where the method approximates the donor's row.
  case combination(method: String, [TokenID], coefficients: [Float], residual: Float?)
  /// A row that a method computed from more than can be listed. `pieces` are the base tokens that
  /// spell the token, where the method looks at them.
  case computed(method: String, pieces: [TokenID])
  /// The mean of the shared tokens' base rows: there was nothing else to go by.
  case mean
  /// The same for a row that no token uses.
  case padding
}

/// A method that does not fit the problem it is asked for.
public enum MethodError: Error, Equatable, CustomStringConvertible {
  /// No method has the name.
  case unknownMethod(String)
  /// The method needs the donor's matrix, and there is only a tokenizer.
  case needsDonor(String)
  /// No shared token is in the text often enough to get a vector.
  case noVectors(files: [String])
  /// The method needs a hypernetwork, and none is given.
  case needsHypernetwork(String)
  /// A decomposition or a system of equations had no solution.
  case noSolution(method: String)

  public var description: String {
    switch self {
    case .unknownMethod(let name):
      "there is no method `\(name)`; there are \(MethodNotation.examples), and averages such as "
        + "last+omp-c8"
    case .needsDonor(let name):
      "the method `\(name)` needs a donor model; with a tokenizer alone there are "
        + MethodNotation.donorFreeExamples
    case .noVectors(let files):
      "no token of both vocabularies is in \(files.joined(separator: ", ")) often enough to learn a "
        + "vector for it; a longer text is needed"
    case .needsHypernetwork(let name):
      "the method `\(name)` needs a hypernetwork; give one with --hypernet"
    case .noSolution(let method):
      "the equations of the method `\(method)` have no solution for these matrices"
    }
  }
}
