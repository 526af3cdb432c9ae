/// The tokens of one piece, and how they lie on its bytes.
struct PieceTokens {
  /// Whether anything but the ids is kept, which is five times as much.
  private let keepsLayout: Bool
  private(set) var ids: [TokenID] = []
  /// How many bytes of the piece each token stands for.
  private(set) var lengths: [Int] = []
  /// How many bytes further than a token its successor begins.
  private(set) var advances: [Int] = []
  /// Whether a token is called what it stands for, instead of what the vocabulary spells.
  private(set) var areNamedByText: [Bool] = []

  init(keepsLayout: Bool = true) { self.keepsLayout = keepsLayout }

  /// Appends a token that is followed by the next one where it ends.
  mutating func append(_ id: TokenID, length: Int, isNamedByText: Bool = false) {
    append(id, length: length, advance: length, isNamedByText: isNamedByText)
  }

  /// Appends tokens that all stand for the same bytes.
  mutating func append(_ ids: [TokenID], sharing length: Int) {
    for (index, id) in ids.enumerated() {
      append(
        id, length: length, advance: index == ids.count - 1 ? length : 0, isNamedByText: false)
    }
  }

  private mutating func append(
    _ id: TokenID, length: Int, advance: Int, isNamedByText: Bool
  ) {
    ids.append(id)
    guard keepsLayout else { return }
    lengths.append(length)
    advances.append(advance)
    areNamedByText.append(isNamedByText)
  }

  /// Appends some tokens of another piece.
  mutating func append(_ other: PieceTokens, _ range: Range<Int>) {
    ids += other.ids[range]
    guard keepsLayout else { return }
    lengths += other.lengths[range]
    advances += other.advances[range]
    areNamedByText += other.areNamedByText[range]
  }

  /// Makes room for ids, so that a long list of them is not copied as it grows.
  mutating func reserveIDs(_ count: Int) { ids.reserveCapacity(count) }

  mutating func removeAll() {
    ids.removeAll(keepingCapacity: true)
    lengths.removeAll(keepingCapacity: true)
    advances.removeAll(keepingCapacity: true)
    areNamedByText.removeAll(keepingCapacity: true)
  }
}
