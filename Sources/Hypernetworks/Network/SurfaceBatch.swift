internal import Tokenization

/// Surfaces side by side, without padding: the rows of the first, then those of the second, and so on.
///
/// Of each surface come first its pieces, then the language if the network wants one. Filled positions
/// are there only where the network reads the states of all positions; no position sees them.
struct SurfaceBatch: Sendable {
  /// The rows of one surface.
  struct Extent: Sendable {
    let first: Int
    /// Rows that can be seen.
    let visible: Int
    /// All rows.
    let count: Int
  }

  private(set) var extents: [Extent] = []
  /// For each row the place of its id among `ids`; `nil` for the language.
  private(set) var places: [Int?] = []
  /// The position of each row.
  private(set) var positions: [Int] = []
  /// The ids that occur, each once: what is made of an id before positions are added is the same
  /// everywhere.
  private(set) var ids: [Int] = []
  /// The rows whose final states are read, surface by surface.
  private(set) var readRows: [Int] = []
  /// Whether those are not all rows.
  let readsFirstAlone: Bool

  /// - Parameter surfaces: pieces, at least one of each surface and no more than the network reads.
  init(_ surfaces: some Collection<[TokenID]>, _ config: HypernetworkConfig) {
    readsFirstAlone = !config.concatenates
    var known: [Int: Int] = [:]
    let hasLanguage = config.languageCount != nil
    for surface in surfaces {
      precondition((1...config.surfaceLength).contains(surface.count))
      let first = places.count
      func add(_ id: Int, at position: Int) {
        let place = known[id] ?? ids.count
        if place == ids.count {
          known[id] = place
          ids.append(id)
        }
        places.append(place)
        positions.append(position)
      }
      for (position, id) in surface.enumerated() { add(Int(id), at: position) }
      if hasLanguage {
        places.append(nil)
        positions.append(config.surfaceLength)
      }
      let visible = places.count - first
      if config.concatenates {
        for position in surface.count..<config.surfaceLength { add(config.padToken, at: position) }
        // In the order of positions, in which the language is the last.
        readRows += first..<(first + surface.count)
        readRows += (first + visible)..<places.count
        if hasLanguage { readRows.append(first + surface.count) }
      } else {
        readRows.append(first)
      }
      extents.append(Extent(first: first, visible: visible, count: places.count - first))
    }
  }

  var rowCount: Int { places.count }
}
