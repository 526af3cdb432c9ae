internal import Glibc

/// All ways to cut a text into the pieces of a unigram model (Kudo 2018), each piece with its score.
struct SegmentationLattice<Score: BinaryFloatingPoint & Sendable> {
  /// A piece at its place in the text.
  struct Node {
    var id: TokenID
    var range: Range<Int>
    var score: Score
  }

  private let end: Int
  private(set) var nodes: [Node] = []
  /// The nodes that end at each position, in the order in which they were added.
  private var endings: [[Int]]

  /// An empty lattice over a text of `length` bytes.
  init(length: Int) {
    end = length
    endings = Array(repeating: [], count: length + 1)
  }

  /// Adds a piece. Pieces are added in the order of their beginnings.
  mutating func add(_ id: TokenID, _ range: Range<Int>, score: Score) {
    endings[range.upperBound].append(nodes.count)
    nodes.append(Node(id: id, range: range, score: score))
  }

  /// The pieces of a path, from left to right.
  func pieces(_ path: [Int]) -> [Node] { path.map { nodes[$0] } }

  // MARK: The best

  /// The score of the best way to each node's end, and to the end of the text.
  private func bestScores() -> (nodes: [Score], end: Score) {
    var best: [Score] = []
    best.reserveCapacity(nodes.count)
    func before(_ position: Int, adding score: Score) -> Score {
      guard position > 0 else { return 0 + score }
      var greatest: Score?
      for node in endings[position] {
        let sum = best[node] + score
        if greatest.map({ sum > $0 }) ?? true { greatest = sum }
      }
      return greatest ?? -.infinity
    }
    for node in nodes { best.append(before(node.range.lowerBound, adding: node.score)) }
    return (best, before(end, adding: 0))
  }

  private struct Hypothesis {
    /// −1 for the end of the text, −2 for its beginning.
    var node: Int
    var next: Int
    /// The best score of a whole path that goes on like this.
    var bound: Score
    /// The score from here to the end.
    var sum: Score
  }

  /// How far the search for n-best paths may grow before it is cut back, as in SentencePiece.
  private static var largestAgenda: Int { 10_000 }
  private static var smallestAgenda: Int { 512 }

  /// The `count` best paths and their scores, the best first.
  ///
  /// A* from the end of the text, as SentencePiece's `Lattice::NBest`, with its order among equals and
  /// its limit on the search.
  func best(_ count: Int) -> [(path: [Int], score: Score)] {
    guard count > 0 else { return [] }
    guard end > 0 else { return [([], 0)] }
    let best = bestScores()
    var hypotheses = [Hypothesis(node: -1, next: -1, bound: best.end, sum: 0)]
    var agenda = BinaryHeap<(bound: Score, index: Int)> { $0.bound < $1.bound }
    agenda.push((best.end, 0))
    var results: [(path: [Int], score: Score)] = []
    while results.count < count, let (_, top) = agenda.pop() {
      let hypothesis = hypotheses[top]
      if hypothesis.node == -2 {
        var path: [Int] = []
        var next = hypothesis.next
        while hypotheses[next].node >= 0 {
          path.append(hypotheses[next].node)
          next = hypotheses[next].next
        }
        results.append((path, hypothesis.bound))
        continue
      }
      func push(_ node: Int, score: Score, best: Score) {
        hypotheses.append(
          Hypothesis(
            node: node, next: top, bound: best + hypothesis.sum, sum: score + hypothesis.sum))
        agenda.push((best + hypothesis.sum, hypotheses.count - 1))
      }
      let position = hypothesis.node < 0 ? end : nodes[hypothesis.node].range.lowerBound
      if position == 0 {
        push(-2, score: 0, best: 0)
      } else {
        for node in endings[position] {
          push(node, score: nodes[node].score, best: best.nodes[node])
        }
      }
      if agenda.count >= Self.largestAgenda {
        var rest = BinaryHeap<(bound: Score, index: Int)> { $0.bound < $1.bound }
        for _ in 0..<min(Self.smallestAgenda, count * 10) {
          if let kept = agenda.pop() { rest.push(kept) }
        }
        agenda = rest
      }
    }
    return results
  }

  // MARK: Sampling

  /// A path drawn with probability proportional to exp(alpha × score): forward filtering, backward
  /// sampling (Kudo 2018, §3.2; Scott 2002).
  func sample(alpha: Double, using generator: inout some RandomNumberGenerator) -> [Int] {
    // The logarithm of the sum over all ways that lead to each position, scores times alpha.
    var sums = [Double](repeating: -.infinity, count: end + 1)
    sums[0] = 0
    for node in nodes {
      let score = sums[node.range.lowerBound] + alpha * Double(node.score)
      sums[node.range.upperBound] = Self.logSum(sums[node.range.upperBound], score)
    }
    var path: [Int] = []
    var position = end
    while position > 0, let last = endings[position].last {
      var rest = Double.random(in: 0..<1, using: &generator)
      var chosen = last
      for node in endings[position] {
        let start = nodes[node].range.lowerBound
        rest -= exp(sums[start] + alpha * Double(nodes[node].score) - sums[position])
        if rest < 0 {
          chosen = node
          break
        }
      }
      path.append(chosen)
      position = nodes[chosen].range.lowerBound
    }
    return path.reversed()
  }

  private static func logSum(_ first: Double, _ second: Double) -> Double {
    let greater = max(first, second)
    guard greater > -.infinity else { return greater }
    return greater + log1p(exp(min(first, second) - greater))
  }
}

/// Draws one of some scores with probability proportional to exp(alpha × score).
func sampleIndex(
  ofScores scores: [Double], alpha: Double, using generator: inout some RandomNumberGenerator
) -> Int {
  let greatest = scores.max() ?? 0
  let weights = scores.map { exp(alpha * ($0 - greatest)) }
  var rest = Double.random(in: 0..<1, using: &generator) * weights.reduce(0, +)
  for (index, weight) in weights.enumerated() {
    rest -= weight
    if rest < 0 { return index }
  }
  return max(0, scores.count - 1)
}
