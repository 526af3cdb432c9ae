import Tensors
import TestSupport
import VectorSearch

/// Matrices and queries for tests.
enum Samples {
  /// Rows around a few directions and of different lengths, as embeddings are.
  static func rows(
    _ count: Int, columns: Int = 24, clusters: Int = 40, seed: UInt64
  ) -> Matrix {
    var random = SeededGenerator(seed: seed)
    let centres = (0..<clusters).map { _ in (0..<columns).map { _ in random.normal() } }
    var matrix = Matrix(rows: count, columns: columns)
    for row in 0..<count {
      let centre = centres[Int.random(in: 0..<clusters, using: &random)]
      let length = Float.random(in: 0.5..<2, using: &random)
      matrix.withMutableRow(row) { elements in
        for column in 0..<columns {
          elements[column] = length * (centre[column] + 0.7 * random.normal())
        }
      }
    }
    return matrix
  }

  static func queries(_ count: Int, columns: Int = 24, seed: UInt64) -> [[Float]] {
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { _ in (0..<columns).map { _ in random.normal() } }
  }

  /// What a search has to find, by the plainest of loops.
  static func nearest(
    _ rows: SearchedRows, to query: [Float], count: Int, by similarity: Similarity
  ) -> [Int] {
    func norm(_ vector: [Float]) -> Double {
      vector.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    }
    let values = (0..<rows.count).map { row -> Double in
      let elements = rows.matrix.row(row)
      let product = zip(elements, query).reduce(0) { $0 + Double($1.0) * Double($1.1) }
      if similarity == .product { return product + Double(rows.bias?[row] ?? 0) }
      let scale = norm(elements) * norm(query)
      return scale > 0 ? product / scale : 0
    }
    return Array(values.indices.sorted { (-values[$0], $0) < (-values[$1], $1) }.prefix(count))
  }

  /// The share of what an exact search finds that another one finds too.
  static func recall(
    _ search: some NeighborSearch, _ queries: [[Float]], count: Int, by similarity: Similarity
  ) throws -> Double {
    var found = 0
    for query in queries {
      let exact = try ExactSearch(search.rows).nearest(to: query, count: count, by: similarity)
      let near = Set(try search.nearest(to: query, count: count, by: similarity).map(\.row))
      found += exact.count { near.contains($0.row) }
    }
    return Double(found) / Double(queries.count * count)
  }
}
