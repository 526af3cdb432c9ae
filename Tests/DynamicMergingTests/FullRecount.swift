import Tokenization

@testable import DynamicMerging

/// The algorithm as the paper states it: all pairs are counted anew in every round. Slow and obvious.
struct FullRecount {
  /// What stands in a sequence: a base token, or what has been merged, by its surface.
  enum Symbol: Hashable {
    case token(TokenID)
    case surface([UInt8])
  }
  private struct Pair: Hashable {
    let left: Symbol
    let right: Symbol
  }
  struct Merge: Equatable {
    let left: [UInt8]
    let right: [UInt8]
    let count: Int
    let replaced: Int
  }
  private struct Item {
    var symbol: Symbol
    var range: Range<Int>
  }

  let surface: (TokenID) -> [UInt8]
  let token: ([UInt8]) -> TokenID?
  /// Whether the neighbours at a place of a sequence, given by their base tokens, may merge.
  let mayMerge: (_ sequence: Int, _ left: Range<Int>, _ right: Range<Int>) -> Bool

  private(set) var merges: [Merge] = []
  private var sequences: [[Item]] = []

  init(
    _ vocabulary: MergeVocabulary, mayMerge: @escaping (Int, Range<Int>, Range<Int>) -> Bool
  ) {
    surface = { Array(vocabulary.surface(of: $0)) }
    token = { vocabulary.token(of: $0[...]) }
    self.mayMerge = mayMerge
  }

  /// The tokens of every sequence, as ranges of base tokens.
  var tokens: [[Range<Int>]] { sequences.map { $0.map(\.range) } }

  mutating func run(_ batch: [BaseSequence], limit: Int = .max) {
    merges = []
    sequences = batch.map { sequence in
      sequence.ids.enumerated().map {
        Item(symbol: .token($0.element), range: $0.offset..<($0.offset + 1))
      }
    }
    while merges.count < limit, let merge = round() { merges.append(merge) }
  }

  private func bytes(_ symbol: Symbol) -> [UInt8] {
    switch symbol {
    case .token(let id): surface(id)
    case .surface(let bytes): bytes
    }
  }

  private func pair(_ sequence: Int, _ place: Int) -> Pair? {
    let (left, right) = (sequences[sequence][place], sequences[sequence][place + 1])
    guard !bytes(left.symbol).isEmpty, !bytes(right.symbol).isEmpty,
      mayMerge(sequence, left.range, right.range)
    else { return nil }
    return Pair(left: left.symbol, right: right.symbol)
  }

  private mutating func round() -> Merge? {
    var counts: [Pair: Int] = [:]
    var order: [Pair] = []
    for sequence in sequences.indices {
      for place in sequences[sequence].indices.dropLast() {
        guard let pair = pair(sequence, place) else { continue }
        if counts[pair] == nil { order.append(pair) }
        counts[pair, default: 0] += 1
      }
    }
    guard let most = counts.values.max(), let best = order.first(where: { counts[$0] == most })
    else { return nil }
    let (left, right) = (bytes(best.left), bytes(best.right))
    let symbol = token(left + right).map(Symbol.token) ?? .surface(left + right)
    var replaced = 0
    for sequence in sequences.indices {
      var result: [Item] = []
      var place = 0
      let items = sequences[sequence]
      while place < items.count {
        if place + 1 < items.count, pair(sequence, place) == best {
          result.append(
            Item(
              symbol: symbol,
              range: items[place].range.lowerBound..<items[place + 1].range.upperBound))
          replaced += 1
          place += 2
        } else {
          result.append(items[place])
          place += 1
        }
      }
      sequences[sequence] = result
    }
    return Merge(left: left, right: right, count: most, replaced: replaced)
  }
}
