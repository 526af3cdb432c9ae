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

  public init(
    base: MatrixView, donor: MatrixView?, anchors: [Anchor], targets: [TokenID],
    pieces: [TokenID: [TokenID]] = [:]
  ) {
    self.base = base
    self.donor = donor
    self.anchors = anchors
    self.targets = targets
    self.pieces = pieces
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

  /// The donor's rows of some tokens, zeros for a token that the donor's matrix has no row for.
  func donorRows(_ targets: ArraySlice<TokenID>) -> Matrix {
    guard let donor else { return Matrix(rows: targets.count, columns: 0) }
    var result = Matrix(rows: targets.count, columns: donor.columns)
    for (index, target) in targets.enumerated() where target < donor.rows {
      result.withMutableRow(index) { donor.copyRows(Int(target)..<(Int(target) + 1), into: $0) }
    }
    return result
  }

  /// The donor id of each base token that is an anchor.
  func donorIDs() -> [TokenID: TokenID] {
    Dictionary(anchors.map { ($0.base, $0.donor) }) { first, _ in first }
  }
}

extension Matrix {
  /// The mean of the rows, added up in `Double`; zeros for a matrix without rows.
  func meanRow() -> [Float] {
    var sum = [Double](repeating: 0, count: columns)
    withElements { elements in
      for (index, value) in elements.enumerated() { sum[index % columns] += Double(value) }
    }
    return sum.map { Float($0 / Double(max(rows, 1))) }
  }

  /// Adds `vector`, times `factor`, to every row.
  mutating func addToRows(_ vector: [Float], times factor: Float = 1) {
    precondition(vector.count == columns)
    for row in 0..<rows {
      withMutableRow(row) { row in
        for column in row.indices { row[column] += factor * vector[column] }
      }
    }
  }

  /// Divides every row by its norm; rows of zeros stay.
  func withUnitRows() -> Matrix {
    var result = self
    let norms = view.rowNorms
    for row in 0..<rows where norms[row] > 0 {
      let scale = Float(1 / norms[row])
      result.withMutableRow(row) { row in
        for column in row.indices { row[column] *= scale }
      }
    }
    return result
  }

  /// Whether a row holds nothing but zeros.
  func isZero(row: Int) -> Bool { withRow(row) { $0.allSatisfy { $0 == 0 } } }
}

extension Matrix {
  /// Adds `other`, times `factor`, element by element.
  mutating func add(_ other: Matrix, times factor: Float = 1) {
    precondition(rows == other.rows && columns == other.columns)
    other.withElements { other in
      withMutableElements { elements in
        for index in elements.indices { elements[index] += factor * other[index] }
      }
    }
  }
}
