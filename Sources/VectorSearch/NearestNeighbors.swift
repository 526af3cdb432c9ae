/// The best of many neighbours.
package struct NearestNeighbors {
  private let limit: Int
  private var kept: [Neighbor] = []
  /// What a neighbour must reach to be among the best.
  private var threshold = -Float.infinity

  /// - Parameter limit: how many are wanted.
  package init(limit: Int) { self.limit = max(limit, 0) }

  /// Takes a neighbour into account. One with an undefined similarity is none.
  package mutating func offer(_ row: Int, _ similarity: Float) {
    guard similarity >= threshold else { return }
    kept.append(Neighbor(row: row, similarity: similarity))
    // Sorting now and then costs less than keeping an order.
    if kept.count >= 2 * limit + 64 { shrink() }
  }

  /// Takes those of another into account.
  mutating func offer(_ other: NearestNeighbors) {
    for neighbor in other.kept { offer(neighbor.row, neighbor.similarity) }
  }

  /// The best, the nearest first.
  package mutating func sorted() -> [Neighbor] {
    shrink()
    return kept
  }

  private mutating func shrink() {
    kept.sort(by: Neighbor.precedes)
    if kept.count > limit { kept.removeLast(kept.count - limit) }
    if kept.count == limit { threshold = kept.last?.similarity ?? .infinity }
  }
}
