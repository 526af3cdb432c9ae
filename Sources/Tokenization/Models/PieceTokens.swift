/// The tokens of one piece, and how they lie on its bytes.
struct PieceTokens {
  private(set) var ids: [TokenID] = []
  /// How many bytes of the piece each token stands for.
  private(set) var lengths: [Int] = []
  /// How many bytes further than a token its successor begins.
  private(set) var advances: [Int] = []
  /// Whether a token is called what it stands for, instead of what the vocabulary spells.
  private(set) var areNamedByText: [Bool] = []

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
    lengths.append(length)
    advances.append(advance)
    areNamedByText.append(isNamedByText)
  }

  /// Appends some tokens of another piece.
  mutating func append(_ other: PieceTokens, _ range: Range<Int>) {
    ids += other.ids[range]
    lengths += other.lengths[range]
    advances += other.advances[range]
    areNamedByText += other.areNamedByText[range]
  }

  mutating func removeAll() {
    ids.removeAll(keepingCapacity: true)
    lengths.removeAll(keepingCapacity: true)
    advances.removeAll(keepingCapacity: true)
    areNamedByText.removeAll(keepingCapacity: true)
  }
}
