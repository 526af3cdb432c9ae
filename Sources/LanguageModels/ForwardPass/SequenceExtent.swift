/// One sequence among the rows of a batch. Sequences follow each other without padding.
struct SequenceExtent: Sendable {
  /// The row of its first token.
  var firstRow: Int
  /// The number of its tokens.
  var count: Int
  /// The position of its first token: 0, or the number of tokens that a cache already holds.
  var firstPosition = 0

  var rows: Range<Int> { firstRow..<(firstRow + count) }
  /// One more than the position of its last token.
  var positionBound: Int { firstPosition + count }

  /// Lays sequences of these lengths one after another.
  static func consecutive(_ counts: [Int]) -> [SequenceExtent] {
    var row = 0
    return counts.map { count in
      defer { row += count }
      return SequenceExtent(firstRow: row, count: count)
    }
  }
}
