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
    add(order, lengths: sequences.map(\.count), rowLimit: rowLimit)
  }

  /// Sequences that are told apart by their lengths alone.
  init(lengths: [Int], rowLimit: Int) {
    let order = lengths.indices.sorted { lengths[$0] > lengths[$1] }
    add(order, lengths: lengths, rowLimit: rowLimit)
  }

  private mutating func add(_ order: [Int], lengths: [Int], rowLimit: Int) {
    var rows = 0
    for index in order {
      let count = lengths[index]
      if batches.isEmpty || rows + count > rowLimit {
        batches.append([])
        rows = 0
      }
      batches[batches.count - 1].append(index)
      rows += count
    }
  }

  /// What `body` makes of the sequences, batch by batch, in the order of the sequences.
  ///
  /// - Parameter progress: is told the share of the tokens that are done; what it throws ends the work.
  func map<Result>(
    lengths: [Int], _ progress: (_ fraction: Double) throws -> Void,
    _ body: (_ batch: [Int]) throws -> [[Result]]
  ) throws -> [[Result]] {
    let total = max(lengths.reduce(0, +), 1)
    var result = [[Result]](repeating: [], count: lengths.count)
    var done = 0
    for batch in batches {
      for (index, made) in zip(batch, try body(batch)) { result[index] = made }
      done += batch.reduce(0) { $0 + lengths[$1] }
      try progress(Double(done) / Double(total))
    }
    return result
  }
}
