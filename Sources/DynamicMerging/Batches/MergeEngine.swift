internal import Tokenization

/// Merges the most frequent pair of a batch again and again.
///
/// Equal, merge for merge, to counting all pairs anew in every round; a merge costs time for the places that it
/// changes, and the logarithm of the number of positions for each.
struct MergeEngine {
  private static let none = UInt32.max

  private let vocabulary: MergeVocabulary
  private let rule: PairRule
  private(set) var surfaces: SurfaceTable
  private var pairs: PairIndex

  // For each position of `BatchWords.tokens`.
  /// The symbol that begins there; `none` where a merge has joined the position to what stands before it.
  private var symbols: [UInt32]
  /// The neighbours in the same run.
  private var next: [UInt32]
  private var previous: [UInt32]
  private let weights: [UInt32]
  /// Where the surface of what stands there begins in the text of the words.
  private let textStarts: [Int]
  /// The number of the merge that joined the position to what stands before it, from 1 on; `none` before that.
  private(set) var joinedBy: [UInt32]

  private(set) var merges: [NumberedMerge] = []

  /// A merge by the numbers of its symbols.
  struct NumberedMerge {
    let left: UInt32
    let right: UInt32
    let result: UInt32
    /// How often the pair stood in the batch, overlaps included.
    let count: UInt32
    /// How often it was replaced.
    let replaced: UInt32
  }

  init(_ words: BatchWords, _ vocabulary: MergeVocabulary, _ rule: PairRule) {
    self.vocabulary = vocabulary
    self.rule = rule
    let count = words.tokens.count
    var (text, starts, weights): ([UInt8], [Int], [UInt32]) = ([], [], [])
    starts.reserveCapacity(count + 1)
    weights.reserveCapacity(count)
    for token in words.tokens {
      starts.append(text.count)
      text += vocabulary.surface(of: token)
    }
    starts.append(text.count)
    for word in 0..<words.count {
      weights += repeatElement(words.counts[word], count: words.range(of: UInt32(word)).count)
    }
    textStarts = starts
    self.weights = weights
    surfaces = SurfaceTable(text: text)
    pairs = PairIndex(weights: weights)
    symbols = []
    next = Array(repeating: Self.none, count: count)
    previous = next
    joinedBy = next
    addTokens(words.tokens)
    for word in 0..<words.count {
      for position in words.range(of: UInt32(word)).dropFirst() {
        next[position - 1] = UInt32(position)
        previous[position] = UInt32(position - 1)
        addPair(at: UInt32(position - 1), UInt32(position))
      }
    }
  }

  private mutating func addTokens(_ tokens: [TokenID]) {
    var known: [TokenID: UInt32] = [:]
    symbols.reserveCapacity(tokens.count)
    for (position, token) in tokens.enumerated() {
      if let symbol = known[token] {
        symbols.append(symbol)
        continue
      }
      let symbol = surfaces.addToken(
        textStarts[position]..<textStarts[position + 1], vocabulary.traits(of: token),
        isFound: vocabulary.token(of: vocabulary.surface(of: token)) == token)
      known[token] = symbol
      symbols.append(symbol)
    }
  }

  // MARK: Merging

  /// Merges until nothing is left to merge, or `limit` merges have been made.
  ///
  /// - Parameter check: is called now and then; what it throws ends the work.
  mutating func run(limit: Int, check: () throws -> Void) rethrows {
    while merges.count < limit {
      if merges.count & 0xF == 0 { try check() }
      guard let (pair, count, positions) = pairs.takeNext() else { return }
      let (left, right) = pairs.symbols(of: pair)
      let symbol = surfaces.merged(left, right, at: textStarts[Int(positions[0])])
      let number = UInt32(merges.count + 1)
      var replaced: UInt32 = 0
      for position in positions {
        let second = next[Int(position)]
        // An overlap: what stood here or behind it has been merged a moment ago.
        guard symbols[Int(position)] == left, second != Self.none, symbols[Int(second)] == right
        else { continue }
        join(position, second, to: symbol)
        joinedBy[Int(second)] = number
        replaced += weights[Int(position)]
      }
      merges.append(
        NumberedMerge(
          left: left, right: right, result: symbol, count: count, replaced: replaced))
    }
  }

  /// Replaces two neighbours by one symbol.
  private mutating func join(_ position: UInt32, _ second: UInt32, to symbol: UInt32) {
    let (before, after) = (previous[Int(position)], next[Int(second)])
    if before != Self.none { pairs.remove(at: before) }
    pairs.remove(at: second)
    symbols[Int(position)] = symbol
    symbols[Int(second)] = Self.none
    next[Int(position)] = after
    if after != Self.none {
      previous[Int(after)] = position
      addPair(at: position, after)
    }
    if before != Self.none { addPair(at: before, position) }
  }

  private mutating func addPair(at position: UInt32, _ second: UInt32) {
    let (left, right) = (symbols[Int(position)], symbols[Int(second)])
    if rule.allowsAll {
      pairs.add(left, right, at: position) { _, _ in true }
    } else {
      let (rule, surfaces) = (rule, surfaces)
      pairs.add(left, right, at: position) { rule.allows($0, $1, in: surfaces) }
    }
  }
}
