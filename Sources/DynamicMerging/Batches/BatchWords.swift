internal import Tokenization

/// The different runs of base tokens of a batch, in the order in which they first appear.
///
/// What happens in a run depends on its tokens alone, so that equal runs are merged once and counted as often as
/// they occur. And since the runs stand in the order of their first appearance, a position in `tokens` says
/// which of two pairs is seen first in the batch: the left token's place in the sequence, in its order.
struct BatchWords {
  /// The tokens of the runs, one run after another.
  private(set) var tokens: [TokenID] = []
  /// Where each run begins in `tokens`, and where the last one ends.
  private(set) var starts: [UInt32] = [0]
  /// How often each run occurs.
  private(set) var counts: [UInt32] = []

  /// An occurrence of a run in a sequence.
  struct Occurrence {
    /// Its first token in the sequence.
    var first: UInt32
    var word: UInt32
  }
  /// The runs of two tokens or more of all sequences, one sequence after another.
  private(set) var occurrences: [Occurrence] = []
  /// Where those of each sequence begin, and where those of the last one end.
  private(set) var occurrenceStarts: [Int] = [0]
  /// The tokens of all sequences.
  private(set) var baseLength = 0
  /// The runs of all sequences, those of a single token included.
  private(set) var runCount = 0

  /// Open addressing with linear probing: a run plus one, or 0.
  private var slots = [UInt32](repeating: 0, count: 1024)

  /// The number of different runs.
  var count: Int { counts.count }

  func range(of word: UInt32) -> Range<Int> {
    Int(starts[Int(word)])..<Int(starts[Int(word) + 1])
  }

  /// - Throws: `MergeError.batchTooLarge`.
  init(_ sequences: [BaseSequence], _ runs: RunFinder) throws(MergeError) {
    let total = sequences.reduce(0) { $0 + $1.count }
    guard total < UInt32.max else { throw .batchTooLarge(tokens: total) }
    baseLength = total
    for sequence in sequences {
      runs.forEachRun(in: sequence) { run in
        runCount += 1
        guard run.count > 1 else { return }
        let word = add(sequence.ids[run])
        occurrences.append(Occurrence(first: UInt32(run.lowerBound), word: word))
      }
      occurrenceStarts.append(occurrences.count)
    }
  }

  private mutating func add(_ run: ArraySlice<TokenID>) -> UInt32 {
    let hash = Self.hash(run)
    var slot = hash & (slots.count - 1)
    while slots[slot] != 0 {
      let word = slots[slot] - 1
      if tokens[range(of: word)] == run {
        counts[Int(word)] += 1
        return word
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    tokens += run
    starts.append(UInt32(tokens.count))
    counts.append(1)
    slots[slot] = UInt32(count)
    if count * 2 > slots.count { grow() }
    return UInt32(count - 1)
  }

  private mutating func grow() {
    slots = [UInt32](repeating: 0, count: slots.count * 2)
    for word in 0..<UInt32(count) {
      var slot = Self.hash(tokens[range(of: word)]) & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = word + 1
    }
  }

  private static func hash(_ run: ArraySlice<TokenID>) -> Int {
    run.withUnsafeBytes { Int(truncatingIfNeeded: ByteHash.hash($0) >> 1) }
  }
}
