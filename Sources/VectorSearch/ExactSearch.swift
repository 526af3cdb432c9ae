internal import Synchronization
internal import Tensors

/// Looks at every row: what an index is measured by.
///
/// - Complexity: a search is O(rows · columns), on all cores.
public struct ExactSearch: NeighborSearch {
  public let rows: SearchedRows

  public init(_ rows: SearchedRows) { self.rows = rows }

  /// Rows that one task goes through at a time.
  private static let tileRows = 4096

  public func nearest(
    to query: [Float], count: Int, by similarity: Similarity
  ) throws(VectorSearchError) -> [Neighbor] {
    try requireValid(query)
    guard rows.count > 0, count > 0 else { return [] }
    let limit = min(count, rows.count)
    let all = Mutex(NearestNeighbors(limit: limit))
    parallelFor(count: rows.count, pieceSize: Self.tileRows) { piece in
      let best = nearest(in: piece, to: query, limit: limit, by: similarity)
      all.withLock { $0.offer(best) }
    }
    var best = all.withLock { $0 }
    let found = best.sorted().map(\.row)
    // BLAS adds in an order that depends on where a row stands.
    return rows.similarities(ofRows: found, to: query, by: similarity)
      .sorted(by: Neighbor.precedes)
  }

  private func nearest(
    in piece: Range<Int>, to query: [Float], limit: Int, by similarity: Similarity
  ) -> NearestNeighbors {
    var best = NearestNeighbors(limit: limit)
    guard rows.columns > 0 else { return best }
    rows.matrix.withFloats(ofRows: piece, columns: 0..<rows.columns) { floats, _ in
      let products = query.withUnsafeBufferPointer { query -> [Float] in
        guard let query = query.baseAddress else { return [] }
        return StridedProduct.products(
          floats, rows: piece.count, columns: rows.columns, with: query)
      }
      for (index, product) in products.enumerated() {
        let row = piece.lowerBound + index
        switch similarity {
        case .product: best.offer(row, product + (rows.bias?[row] ?? 0))
        case .cosine:
          // The query's norm is the same for all.
          let norm = VectorProduct.norm(
            UnsafeBufferPointer(start: floats + index * rows.columns, count: rows.columns))
          best.offer(row, norm > 0 ? product / norm : 0)
        }
      }
    }
    return best
  }
}
