/// How much of what an exact search finds another one finds, and how long it takes for that.
public struct SearchQuality: Sendable {
  /// The mean share of the nearest rows that are found.
  public let recall: Double
  /// The mean time of a search.
  public let time: Duration

  /// Measures a search.
  ///
  /// - Parameters:
  ///   - queries: at least one.
  ///   - expected: the nearest rows of each query.
  public init(
    of search: some NeighborSearch, queries: [[Float]], expected: [[Neighbor]],
    by similarity: Similarity
  ) throws(VectorSearchError) {
    precondition(!queries.isEmpty && queries.count == expected.count)
    var (found, wanted) = (0, 0)
    let start = ContinuousClock.now
    var results: [[Neighbor]] = []
    for (query, nearest) in zip(queries, expected) {
      results.append(try search.nearest(to: query, count: nearest.count, by: similarity))
    }
    time = (ContinuousClock.now - start) / queries.count
    for (result, nearest) in zip(results, expected) {
      let rows = Set(result.map(\.row))
      found += nearest.count { rows.contains($0.row) }
      wanted += nearest.count
    }
    recall = wanted == 0 ? 1 : Double(found) / Double(wanted)
  }
}
