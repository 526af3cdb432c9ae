/// The merges of one piece with some of them left out at random (BPE-dropout, Provilkov et al. 2020).
///
/// Reproduces Hugging Face's `Word::merge_all`: a candidate that is left out waits until another has
/// been taken from the queue, then it may be drawn again.
struct DropoutMerging {
  private struct Symbol {
    var id: TokenID
    var length: Int
    var previous: Int
    var next: Int
  }
  private struct Candidate {
    var rank: Int32
    var position: Int
    var result: TokenID

    /// Whether `other` comes first.
    func follows(_ other: Candidate) -> Bool {
      rank != other.rank ? rank > other.rank : position > other.position
    }
  }
  private let table: PairTable
  private var symbols: [Symbol] = []
  private var queue = BinaryHeap<Candidate> { $0.follows($1) }

  init(_ tokens: some Sequence<(id: TokenID, length: Int)>, _ table: PairTable) {
    self.table = table
    for (index, token) in tokens.enumerated() {
      symbols.append(
        Symbol(id: token.id, length: token.length, previous: index - 1, next: index + 1))
    }
  }

  /// Makes the merges, each time with the probability `dropout` of passing one over.
  ///
  /// - Returns: the tokens and their lengths in bytes.
  mutating func merge(
    dropout: Float, using generator: inout some RandomNumberGenerator
  ) -> [(id: TokenID, length: Int)] {
    var passedOver: [Candidate] = []
    for index in symbols.indices { push(index) }
    while let candidate = queue.pop() {
      if Float.random(in: 0..<1, using: &generator) < dropout {
        passedOver.append(candidate)
        continue
      }
      for other in passedOver { queue.push(other) }
      passedOver.removeAll(keepingCapacity: true)
      let index = candidate.position
      let next = symbols[index].next
      guard symbols[index].length > 0, next < symbols.count,
        table[symbols[index].id, symbols[next].id]?.result == candidate.result
      else { continue }
      symbols[index].id = candidate.result
      symbols[index].length += symbols[next].length
      symbols[index].next = symbols[next].next
      symbols[next].length = 0
      if symbols[index].next < symbols.count { symbols[symbols[index].next].previous = index }
      if symbols[index].previous >= 0 { push(symbols[index].previous) }
      push(index)
    }
    return symbols.lazy.filter { $0.length > 0 }.map { ($0.id, $0.length) }
  }

  /// Queues the merge of the symbol at `index` with its right neighbour, where there is one.
  private mutating func push(_ index: Int) {
    let next = symbols[index].next
    guard next < symbols.count, let entry = table[symbols[index].id, symbols[next].id] else {
      return
    }
    queue.push(Candidate(rank: entry.rank, position: index, result: entry.result))
  }
}
