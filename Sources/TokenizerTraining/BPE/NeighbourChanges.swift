internal import Tokenization

/// What one merge changes on one side: by neighbouring token, how many occurrences of a pair vanish and
/// appear, and where.
///
/// Collected for a whole merge, so that each pair is looked up once and not for each occurrence.
struct NeighbourChanges: ~Copyable {
  /// The changes beside one token.
  struct Change {
    /// How many occurrences of the pair with the unmerged token are gone.
    var removed = 0
    /// How many occurrences of the pair with the merged token are new.
    var added = 0
    /// How many positions were noted.
    var positionCount = 0
    /// Where the next of them goes when they are sorted.
    var positionEnd = 0
  }
  // Safe: grown to hold every token before a merge begins.
  private var changes = UnsafeMutableBufferPointer<Change>.allocate(capacity: 0)
  /// The neighbours that have changes.
  private(set) var neighbours: [TokenID] = []
  private var noted: [(neighbour: TokenID, position: UInt32)] = []
  private var sorted: [UInt32] = []

  deinit { changes.deallocate() }

  /// Makes room for all tokens below `bound`.
  mutating func reserve(_ bound: Int) {
    guard bound > changes.count else { return }
    let larger = UnsafeMutableBufferPointer<Change>.allocate(capacity: bound * 2)
    larger.initialize(repeating: Change())
    changes.deallocate()
    changes = larger
  }

  /// Notes an occurrence of the merged pair beside `neighbour`.
  ///
  /// - Parameter position: where the new pair begins; `nil` when it is too long to be one.
  @inline(__always)
  mutating func note(_ neighbour: TokenID, _ occurrences: Int, position: UInt32?) {
    let index = Int(neighbour)
    if changes[index].removed == 0 { neighbours.append(neighbour) }
    changes[index].removed += occurrences
    if let position {
      changes[index].added += occurrences
      changes[index].positionCount += 1
      noted.append((neighbour, position))
    }
  }

  subscript(neighbour: TokenID) -> Change { changes[Int(neighbour)] }

  /// Sorts the positions by neighbour; from now on `positions(beside:)` has them.
  mutating func sortPositions() {
    var end = 0
    for neighbour in neighbours {
      changes[Int(neighbour)].positionEnd = end
      end += changes[Int(neighbour)].positionCount
    }
    if sorted.count < end { sorted = [UInt32](repeating: 0, count: end * 2) }
    sorted.withUnsafeMutableBufferPointer { sorted in
      for (neighbour, position) in noted {
        sorted[changes[Int(neighbour)].positionEnd] = position
        changes[Int(neighbour)].positionEnd += 1
      }
    }
  }

  /// The positions beside `neighbour`, ascending.
  func positions(beside neighbour: TokenID) -> ArraySlice<UInt32> {
    let change = changes[Int(neighbour)]
    return sorted[(change.positionEnd - change.positionCount)..<change.positionEnd]
  }

  /// Forgets all changes.
  mutating func removeAll() {
    for neighbour in neighbours { changes[Int(neighbour)] = Change() }
    neighbours.removeAll(keepingCapacity: true)
    noted.removeAll(keepingCapacity: true)
  }
}
