public import Tensors
public import Tokenization

/// A way to make rows of an embedding matrix for tokens that the base model does not have.
///
/// A method is asked once per matrix: an untied model's input and output rows are two problems.
public protocol EmbeddingMethod: Sendable {
  /// What reports and manifests call the method.
  var name: String { get }

  /// How to make the row of each target.
  ///
  /// - Parameters:
  ///   - problem: the matrices and the tokens.
  ///   - progress: is told the fraction that is done; what it throws ends the work.
  /// - Returns: one recipe per target, in the order of the targets.
  func recipes(
    for problem: EmbeddingProblem, progress: (_ fraction: Double) throws -> Void
  ) throws -> [RowRecipe]
}

/// Rows that are wanted in one matrix, and what they can be made from.
public struct EmbeddingProblem: Sendable {
  /// The base's matrix: tokens × its dimensions. New rows belong into this space.
  public var base: MatrixView
  /// The donor's matrix: tokens × its dimensions.
  public var donor: MatrixView
  /// Tokens that have a row in both.
  public var anchors: [(donor: TokenID, base: TokenID)]
  /// The donor tokens that need a row; each has one in the donor's matrix.
  public var targets: [TokenID]

  public init(
    base: MatrixView, donor: MatrixView, anchors: [(donor: TokenID, base: TokenID)],
    targets: [TokenID]
  ) {
    self.base = base
    self.donor = donor
    self.anchors = anchors
    self.targets = targets
  }
}

/// How one row of the new matrix is made.
public enum RowRecipe: Sendable, Equatable {
  /// The base's row of a token, bit for bit.
  case base(TokenID)
  /// A weighted sum of base rows.
  ///
  /// `residual` is what the same sum of donor rows leaves of the donor's row, relative to its norm.
  case combination([TokenID], coefficients: [Float], residual: Float)
  /// The mean of the anchors' base rows: the donor has no row, or one that says nothing.
  case mean
  /// The same for a row that no token uses.
  case padding
}
