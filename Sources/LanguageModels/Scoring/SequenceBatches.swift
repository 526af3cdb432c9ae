internal import Tokenization

/// The division of sequences into batches that are run together.
///
/// Sequences of a batch follow each other without padding, so that their lengths need not be alike; the
/// longest come first, so that the last batches fill what is left. The division depends on what the
/// sequences are and not on their order.
struct SequenceBatches {
  /// Indices of sequences, batch by batch.
  private(set) var batches: [[Int]] = []

  /// - Parameter rowLimit: the tokens of a batch, unless a single sequence has more.
  init(_ sequences: [[TokenID]], rowLimit: Int) {
    let order = sequences.indices.sorted { left, right in
      let (left, right) = (sequences[left], sequences[right])
      return left.count != right.count
        ? left.count > right.count : left.lexicographicallyPrecedes(right)
    }
    var rows = 0
    for index in order {
      let count = sequences[index].count
      if batches.isEmpty || rows + count > rowLimit {
        batches.append([])
        rows = 0
      }
      batches[batches.count - 1].append(index)
      rows += count
    }
  }
}
