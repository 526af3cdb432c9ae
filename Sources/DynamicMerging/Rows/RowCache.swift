public import Tensors

/// Rows of merged tokens that have been made, as many as there is room for: those that were used longest ago give
/// way to new ones, those of the current batch never do.
///
/// The rows lie in one matrix, whose memory is taken as it is first used. A row keeps its place while it is there.
public struct RowCache: Sendable {
  /// The number of rows that there is room for.
  public let capacity: Int
  /// Capacity × dimensions. Places without a surface hold anything.
  public private(set) var rows: Matrix

  private var places: [[UInt8]: Int] = [:]
  /// By place: the surface whose row it holds.
  private var surfaces: [[UInt8]] = []
  /// By place: the batch in which it was last used.
  private var batches: [Int] = []
  /// By place: the neighbours in the order of use; the least recent has no previous one.
  private var next: [Int] = []
  private var previous: [Int] = []
  private var leastRecent = Self.none
  private var mostRecent = Self.none
  private var batch = 0

  private static let none = -1

  /// - Parameter capacity: at least 1.
  public init(capacity: Int, columns: Int) {
    precondition(capacity > 0)
    self.capacity = capacity
    rows = Matrix(rows: capacity, columns: columns)
  }

  /// The number of rows that are there.
  public var count: Int { places.count }

  /// Begins a batch: what was used before may give way from now on.
  public mutating func beginBatch() { batch += 1 }

  /// The place of a surface's row, which so becomes the most recent one; `nil` when it is not there.
  public mutating func place(of surface: [UInt8]) -> Int? {
    guard let place = places[surface] else { return nil }
    unlink(place)
    linkLast(place)
    return place
  }

  /// Makes room for a surface that is not there, and takes over its row.
  ///
  /// - Returns: its place.
  /// - Throws: `MergeError.batchExceedsCache` when all rows are those of the current batch.
  public mutating func insert(
    _ surface: [UInt8], _ row: UnsafeBufferPointer<Float>
  ) throws(MergeError) -> Int {
    precondition(places[surface] == nil)
    let place: Int
    if surfaces.count < capacity {
      place = surfaces.count
      surfaces.append(surface)
      batches.append(batch)
      next.append(Self.none)
      previous.append(Self.none)
    } else {
      place = leastRecent
      guard batches[place] != batch else { throw .batchExceedsCache(capacity: capacity) }
      places[surfaces[place]] = nil
      surfaces[place] = surface
      unlink(place)
    }
    places[surface] = place
    linkLast(place)
    rows.withMutableRow(place) { _ = $0.update(fromContentsOf: row) }
    return place
  }

  /// Puts a place at the end of the order of use.
  private mutating func linkLast(_ place: Int) {
    batches[place] = batch
    previous[place] = mostRecent
    next[place] = Self.none
    if mostRecent == Self.none { leastRecent = place } else { next[mostRecent] = place }
    mostRecent = place
  }

  private mutating func unlink(_ place: Int) {
    let (before, after) = (previous[place], next[place])
    if before == Self.none { leastRecent = after } else { next[before] = after }
    if after == Self.none { mostRecent = before } else { previous[after] = before }
  }
}
