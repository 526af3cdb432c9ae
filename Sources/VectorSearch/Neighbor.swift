/// A row that is near to a query.
public struct Neighbor: Sendable, Equatable {
  public let row: Int
  /// How similar the row is to the query, by the measure that was asked for.
  public let similarity: Float

  public init(row: Int, similarity: Float) {
    self.row = row
    self.similarity = similarity
  }

  /// Whether this one comes first: the more similar one does, of equally similar ones the lower row.
  static func precedes(_ first: Neighbor, _ second: Neighbor) -> Bool {
    first.similarity == second.similarity
      ? first.row < second.row : first.similarity > second.similarity
  }
}

/// What makes a row near.
public enum Similarity: String, Sendable, CaseIterable {
  /// The product of row and query, with the row's bias where rows have one: a logit.
  case product
  /// The cosine of the angle between them; 0 where one is all zeros. Biases do not count.
  case cosine
}

/// Finds the rows of a matrix that are nearest to a query.
public protocol NeighborSearch: Sendable {
  /// What is searched.
  var rows: SearchedRows { get }

  /// The nearest rows, the nearest first; of equally near ones the lower row first.
  ///
  /// Similarities are those of `SearchedRows.similarity(ofRow:to:by:)`, whatever the search goes by.
  ///
  /// - Parameters:
  ///   - query: as many elements as rows have.
  ///   - count: how many rows are wanted; all of them when there are fewer.
  /// - Throws: `VectorSearchError` when the query has another width or an element that is not finite.
  func nearest(
    to query: [Float], count: Int, by similarity: Similarity
  ) throws(VectorSearchError) -> [Neighbor]
}

extension NeighborSearch {
  func requireValid(_ query: [Float]) throws(VectorSearchError) {
    guard query.count == rows.columns else {
      throw .wrongWidth(query.count, expected: rows.columns)
    }
    guard query.allSatisfy(\.isFinite) else { throw .nonFiniteQuery }
  }
}
