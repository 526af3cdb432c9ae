public import Tensors
public import Tokenization

/// Rows that are wanted in one matrix, and what they can be made from.
public struct EmbeddingProblem: Sendable {
  /// A token of both vocabularies.
  public typealias Anchor = (donor: TokenID, base: TokenID)

  /// The base's matrix: tokens × its dimensions. New rows belong into this space.
  public var base: MatrixView
  /// The donor's matrix: tokens × its dimensions; `nil` when there is only its tokenizer.
  public var donor: MatrixView?
  /// Tokens that have a row in both.
  public var anchors: [Anchor]
  /// The tokens, by donor id, that need a row.
  public var targets: [TokenID]
  /// The base tokens that spell a token, by donor id. A token without pieces is missing.
  public var pieces: [TokenID: [TokenID]]
  /// What tokens stand for, by donor id. Control tokens, which stand for no text, are missing.
  public var texts: [TokenID: [UInt8]]
  /// The donor tokens that spell a target which the donor has no row of its own for. The mean of their rows
  /// stands for its row.
  public var donorPieces: [TokenID: [TokenID]]
  /// What the matrix is for.
  public var role = MatrixRole.input
  /// The hypernetwork that `hypernet` asks; `nil` when there is none.
  public var hypernetwork: HypernetworkSource?
  /// The most anchors that a pursuit considers, those that resemble the targets; all when `nil`.
  public var anchorLimit: Int?

  public init(
    base: MatrixView, donor: MatrixView?, anchors: [Anchor], targets: [TokenID],
    pieces: [TokenID: [TokenID]] = [:], texts: [TokenID: [UInt8]] = [:],
    donorPieces: [TokenID: [TokenID]] = [:]
  ) {
    self.donorPieces = donorPieces
    self.base = base
    self.donor = donor
    self.anchors = anchors
    self.targets = targets
    self.pieces = pieces
    self.texts = texts
  }

  /// The base's rows of the anchors, in their order.
  func anchorBaseRows() -> Matrix { Matrix(base, rows: anchors.map { Int($0.base) }) }

  /// The donor's rows of the anchors, in their order.
  ///
  /// - Throws: `MethodError.needsDonor` for `method` when there is no donor matrix.
  func anchorDonorRows(for method: String) throws(MethodError) -> Matrix {
    guard let donor else { throw .needsDonor(method) }
    return Matrix(donor, rows: anchors.map { Int($0.donor) })
  }

  /// The rows of the anchors in both spaces, each about its mean.
  ///
  /// - Throws: as `anchorDonorRows(for:)`.
  func centredAnchors(for method: String) throws(MethodError) -> CentredAnchors {
    var (source, target) = (try anchorDonorRows(for: method), anchorBaseRows())
    let (sourceMean, targetMean) = (source.meanRow(), target.meanRow())
    source.addToRows(sourceMean, times: -1)
    target.addToRows(targetMean, times: -1)
    return CentredAnchors(
      source: source, target: target, sourceMean: sourceMean, targetMean: targetMean)
  }

  /// The donor's rows of some tokens, zeros for a token that the donor's matrix has no row for.
  func donorRows(_ targets: ArraySlice<TokenID>) -> Matrix {
    guard let donor else { return Matrix(rows: targets.count, columns: 0) }
    var result = Matrix(rows: targets.count, columns: donor.columns)
    for (index, target) in targets.enumerated() {
      if let pieces = donorPieces[target] {
        let mean = Matrix(donor, rows: pieces.map(Int.init)).meanRow()
        result.withMutableRow(index) { _ = $0.update(fromContentsOf: mean) }
      } else if target < donor.rows {
        result.withMutableRow(index) { donor.copyRows(Int(target)..<(Int(target) + 1), into: $0) }
      }
    }
    return result
  }

  /// The donor id of each base token that is an anchor.
  func donorIDs() -> [TokenID: TokenID] {
    Dictionary(anchors.map { ($0.base, $0.donor) }) { first, _ in first }
  }
}

/// What an embedding matrix is for.
public enum MatrixRole: String, Sendable, CaseIterable {
  /// The embedding of what is read, and a matrix that is both.
  case input
  /// The projection to logits, or the embedding that it shares.
  case output
}

/// The anchors' rows in the donor's space, the source, and in the base's, the target, without their means.
struct CentredAnchors {
  let source: Matrix
  let target: Matrix
  let sourceMean: [Float]
  let targetMean: [Float]
}
