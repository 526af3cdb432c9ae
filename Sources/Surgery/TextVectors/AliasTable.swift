internal import Tokenization

/// Draws numbers with given weights in constant time: the alias method (Walker 1977; Vose 1991).
struct AliasTable {
  private let probabilities: [Double]
  private let aliases: [Int]

  /// - Parameter weights: not negative. Where all are 0, all numbers are as likely.
  init(weights: [Double]) {
    let total = weights.reduce(0, +)
    var rest = weights.map { total > 0 ? $0 / total * Double(weights.count) : 1 }
    var probabilities = [Double](repeating: 1, count: weights.count)
    var aliases = Array(weights.indices)
    var small = rest.indices.filter { rest[$0] < 1 }
    var large = rest.indices.filter { rest[$0] >= 1 }
    while let less = small.popLast(), let more = large.last {
      probabilities[less] = rest[less]
      aliases[less] = more
      rest[more] -= 1 - rest[less]
      if rest[more] < 1 {
        large.removeLast()
        small.append(more)
      }
    }
    self.probabilities = probabilities
    self.aliases = aliases
  }

  /// A number below the number of weights, of which there is at least one.
  func draw(_ random: inout SplitMix64) -> Int {
    let place = Int.random(in: probabilities.indices, using: &random)
    return Double.random(in: 0..<1, using: &random) < probabilities[place] ? place : aliases[place]
  }
}
