import Tokenization
import TokenizerTraining

/// The rules of Hugging Face's `BpeTrainer` with nothing made fast: whole words are searched, and the
/// queue is an array.
struct SlowMergeLearner {
  private struct Symbol {
    var id: Int
    var length: Int
  }
  private struct Candidate {
    var count: Int
    var pair: [Int]
    var words: Set<Int>
  }
  private var words: [[Symbol]] = []
  private let weights: [Int]
  private(set) var tokens: [String] = []
  /// Pairs of tokens with repetitions.
  private var merges: [[Int]] = []
  private var pairs: [[Int]: Int] = [:]
  private var queue: [Candidate] = []
  /// Whether two candidates of one pair were equally frequent at any time: which of them comes first
  /// is not defined.
  private(set) var isAmbiguous = false
  private let settings: BPETrainer.Settings

  init(_ counted: [(word: String, occurrences: Int)], _ settings: BPETrainer.Settings) {
    self.settings = settings
    weights = counted.map(\.occurrences)
    tokens = settings.specialTokens
    for scalar in Set(counted.flatMap { Array($0.word.unicodeScalars) }).sorted()
    where !tokens.contains(String(scalar)) {
      tokens.append(String(scalar))
    }
    for (word, _) in counted {
      words.append(
        word.unicodeScalars.map { Symbol(id: tokens.firstIndex(of: String($0)) ?? 0, length: 1) })
    }
  }

  /// The merges as in a file: of a pair that was merged more than once the last one.
  var distinctMerges: [[String]] {
    var result: [[Int]] = []
    for (index, merge) in merges.enumerated() where !merges[(index + 1)...].contains(merge) {
      result.append(merge)
    }
    return result.map { $0.map { tokens[$0] } }
  }

  mutating func learn() {
    var changed: [[Int]: Set<Int>] = [:]
    for (index, word) in words.enumerated() {
      for (left, right) in zip(word, word.dropFirst()) {
        pairs[[left.id, right.id], default: 0] += weights[index]
        changed[[left.id, right.id], default: []].insert(index)
      }
    }
    push(changed)
    while tokens.count < settings.vocabularySize, let first = popFirst() {
      let count = pairs[first.pair] ?? 0
      if first.count != count {
        queue.append(Candidate(count: count, pair: first.pair, words: first.words))
      } else if count < 1 || count < settings.minimumFrequency {
        break
      } else {
        merge(first)
      }
    }
  }

  private mutating func popFirst() -> Candidate? {
    guard
      let best = queue.max(by: {
        $0.count != $1.count
          ? $0.count < $1.count : $1.pair.lexicographicallyPrecedes($0.pair)
      })
    else { return nil }
    let equals = queue.indices.filter {
      queue[$0].count == best.count && queue[$0].pair == best.pair
    }
    if equals.count > 1 { isAmbiguous = true }
    return queue.remove(at: equals[0])
  }

  private mutating func push(_ changed: [[Int]: Set<Int>]) {
    for (pair, words) in changed {
      let count = pairs[pair] ?? 0
      if count > 0 { queue.append(Candidate(count: count, pair: pair, words: words)) }
    }
  }

  private mutating func merge(_ candidate: Candidate) {
    let token = candidate.pair.map { tokens[$0] }.joined()
    let id = tokens.firstIndex(of: token) ?? tokens.count
    if id == tokens.count { tokens.append(token) }
    merges.append(candidate.pair)
    var changed: [[Int]: Set<Int>] = [:]
    for index in candidate.words { merge(candidate.pair, into: id, inWord: index, &changed) }
    push(changed)
  }

  private mutating func merge(
    _ pair: [Int], into id: Int, inWord index: Int, _ changed: inout [[Int]: Set<Int>]
  ) {
    var place = 0
    while place + 1 < words[index].count {
      defer { place += 1 }
      let (left, right) = (words[index][place], words[index][place + 1])
      guard [left.id, right.id] == pair else { continue }
      let merged = Symbol(id: id, length: left.length + right.length)
      words[index].replaceSubrange(place...(place + 1), with: [merged])
      func note(_ gone: [Int], _ new: [Int], _ length: Int) {
        pairs[gone, default: 0] -= weights[index]
        if length < settings.maximumTokenLength ?? .max {
          pairs[new, default: 0] += weights[index]
          changed[new, default: []].insert(index)
        }
      }
      if place > 0 {
        let other = words[index][place - 1]
        note([other.id, left.id], [other.id, id], other.length + merged.length)
      }
      if place + 1 < words[index].count {
        let other = words[index][place + 1]
        note([right.id, other.id], [id, other.id], other.length + merged.length)
      }
    }
  }
}
