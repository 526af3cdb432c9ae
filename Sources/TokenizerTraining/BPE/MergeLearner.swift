internal import Tokenization

/// Merges the most frequent pair again and again.
///
/// The order of merges is that of Hugging Face's `BpeTrainer`, whose queue this follows where it can be
/// seen in the result: a candidate knows the words in which its pair was seen when it was queued; counts
/// of merged pairs are never taken back; and a token that is formed in a second way makes second
/// candidates for pairs that have one already, each of which leads to a merge of its own.
struct MergeLearner: ~Copyable {
  /// What an existing tokenizer holds the learner to.
  struct Kept {
    /// What pairs become, by `TokenPair.key`. They are joined wherever they come to stand together,
    /// and are not learned again.
    var merges: [UInt64: TokenID] = [:]
    /// Tokens that no merge may form.
    var unformable: Set<TokenID> = []
  }

  private let words: TrainingWords
  private let settings: BPETrainer.Settings
  private(set) var symbols: SymbolTable
  private var pairs = PairCounts()
  private var queue: MergeQueue
  /// Tokens that were formed again after they existed: of pairs with them there may be occurrences that
  /// a candidate does not know of, although its words have them.
  private var isRemade: [Bool] = []
  private var before = NeighbourChanges()
  private var after = NeighbourChanges()
  private var merges: [BPEDefinition.Merge] = []
  /// `nil` when there is no existing tokenizer.
  private var kept: Kept?
  /// Candidates whose merge is kept, to be joined before anything is learned.
  private var overdue: [MergeCandidate] = []

  init(
    _ words: consuming TrainingWords, _ symbols: SymbolTable, _ settings: BPETrainer.Settings,
    keeping kept: Kept? = nil
  ) {
    self.kept = kept
    self.words = words
    self.symbols = symbols
    self.settings = settings
    queue = MergeQueue(capacity: 1 << 10)
  }

  /// The merges in the order of their ranks. Of a pair that was merged more than once the last time
  /// counts, as in the reference.
  var distinctMerges: [BPEDefinition.Merge] {
    var seen: Set<UInt64> = []
    var result: [BPEDefinition.Merge] = []
    for merge in merges.reversed()
    where seen.insert(TokenPair(merge.left, merge.right).key).inserted {
      result.append(merge)
    }
    return result.reversed()
  }

  /// Learns until there are enough tokens or no pair is frequent enough.
  mutating func learn(_ progress: TrainingProgress) throws {
    try progress("counting pairs", 0)
    queueAllPairs()
    let goal = settings.vocabularySize - symbols.count
    while symbols.count < settings.vocabularySize, let candidate = queue.first {
      let count = pairs[candidate.pair]
      if candidate.count != count {
        queue.updateFirst(count: count)
        continue
      }
      if count < 1 || count < settings.minimumFrequency { break }
      _ = queue.pop()
      learn(candidate)
      while let candidate = overdue.popLast() {
        let merged = kept?.merges[candidate.pair.key]
        if let merged { merge(candidate, into: merged, isNew: false) }
        candidate.positions.free()
      }
      if merges.count % 64 == 0 {
        let missing = settings.vocabularySize - symbols.count
        try progress("learning merges", 1 - Double(missing) / Double(goal))
      }
    }
  }

  // MARK: Pairs

  /// Counts the pairs of all words and queues each.
  private mutating func queueAllPairs() {
    var total = 0
    words.forEachPair { position, left, right in
      pairs.add(occurrences(at: position), to: TokenPair(left, right))
      total += 1
    }
    // Sorts all positions by pair, a pair being known by its place in the table from now on.
    var places: [UInt32] = []
    places.reserveCapacity(total)
    var ends = [Int](repeating: 0, count: pairs.capacity)
    words.forEachPair { _, left, right in
      let place = pairs.place(of: TokenPair(left, right))
      places.append(UInt32(place))
      ends[place] += 1
    }
    var end = 0
    for place in ends.indices {
      let size = ends[place]
      ends[place] = end
      end += size
    }
    var sorted = [UInt32](repeating: 0, count: total)
    var index = 0
    words.forEachPair { position, _, _ in
      let place = Int(places[index])
      sorted[ends[place]] = position
      ends[place] += 1
      index += 1
    }
    var start = 0
    for place in ends.indices where ends[place] > start {
      push(pairs.pair(at: place), sorted[start..<ends[place]])
      start = ends[place]
    }
  }

  /// Queues a pair that has been seen at `positions`.
  private mutating func push(_ pair: TokenPair, _ positions: ArraySlice<UInt32>) {
    let count = pairs[pair]
    guard count > 0 else { return }
    let candidate = MergeCandidate(
      count: count, pair: pair, positions: PositionList(positions))
    if kept?.merges[pair.key] != nil { overdue.append(candidate) } else { queue.push(candidate) }
  }

  @inline(__always)
  private func occurrences(at position: UInt32) -> Int {
    words.occurrences[Int(words.slots[Int(position)].word)]
  }

  // MARK: Merging

  /// Makes a pair a token.
  private mutating func learn(_ candidate: MergeCandidate) {
    defer { candidate.positions.free() }
    let pair = candidate.pair
    let spelling = spelling(of: pair)
    if let kept, let known = symbols.id(of: spelling), kept.unformable.contains(known) { return }
    let (merged, isNew) = symbols.add(spelling)
    merges.append(BPEDefinition.Merge(left: pair.left, right: pair.right, result: merged))
    kept?.merges[pair.key] = merged
    merge(candidate, into: merged, isNew: isNew)
  }

  private mutating func merge(_ candidate: MergeCandidate, into merged: TokenID, isNew: Bool) {
    let (left, right) = (candidate.pair.left, candidate.pair.right)
    while isRemade.count < symbols.idBound { isRemade.append(false) }
    before.reserve(symbols.idBound)
    after.reserve(symbols.idBound)
    let mayHideOccurrences =
      isRemade[Int(left)] || isRemade[Int(right)] || settings.maximumTokenLength != nil
    if mayHideOccurrences {
      mergeInWords(of: candidate, into: merged)
    } else {
      for index in 0..<candidate.positions.count {
        mergePair(candidate.pair, at: Int(candidate.positions[index]), into: merged)
      }
    }
    if !isNew { isRemade[Int(merged)] = true }
    countChanges(candidate.pair, merged)
  }

  private func spelling(of pair: TokenPair) -> [UInt8] {
    let right = symbols.spelling(of: pair.right)
    let prefix = settings.continuingPrefix ?? ""
    return symbols.spelling(of: pair.left)
      + (right.starts(with: prefix.utf8) ? right.dropFirst(prefix.utf8.count) : right[...])
  }

  /// Merges all occurrences in the words that a candidate knows.
  private mutating func mergeInWords(of candidate: MergeCandidate, into merged: TokenID) {
    var lastWord: UInt32?
    for index in 0..<candidate.positions.count {
      let word = words.slots[Int(candidate.positions[index])].word
      if word == lastWord { continue }
      lastWord = word
      var position = Int(words.starts[Int(word)])
      while words.slots[position].symbol != TrainingWords.boundary {
        mergePair(candidate.pair, at: position, into: merged)
        position += Int(words.slots[position].span)
      }
    }
  }

  /// Merges the tokens at and after `position` if they still are the pair, and notes what changes.
  @inline(__always)
  private mutating func mergePair(_ pair: TokenPair, at position: Int, into merged: TokenID) {
    let slots = words.slots
    let slot = slots[position]
    guard slot.symbol == pair.left else { return }
    let second = position + Int(slot.span)
    guard slots[second].symbol == pair.right else { return }
    let span = slot.span + slots[second].span
    let next = position + Int(span)
    let occurrences = words.occurrences[Int(slot.word)]

    let last = slots[position - 1]
    if last.symbol != TrainingWords.boundary {
      let previous = position - Int(last.span)
      before.note(
        slots[previous].symbol, occurrences,
        position: fits(last.span + span) ? UInt32(previous) : nil)
    }
    slots[second].symbol = TrainingWords.inside
    slots[position].symbol = merged
    slots[position].span = span
    slots[next - 1].span = span
    if slots[next].symbol != TrainingWords.boundary {
      after.note(
        slots[next].symbol, occurrences,
        position: fits(slots[next].span + span) ? UInt32(position) : nil)
    }
  }

  @inline(__always)
  private func fits(_ length: UInt32) -> Bool {
    guard let limit = settings.maximumTokenLength else { return true }
    return Int(length) < limit
  }

  /// Brings the counts up to date and queues the pairs that have come to be.
  private mutating func countChanges(_ pair: TokenPair, _ merged: TokenID) {
    before.sortPositions()
    after.sortPositions()
    for neighbour in before.neighbours {
      let change = before[neighbour]
      pairs.add(-change.removed, to: TokenPair(neighbour, pair.left))
      if change.positionCount > 0 {
        pairs.add(change.added, to: TokenPair(neighbour, merged))
      }
    }
    for neighbour in after.neighbours {
      let change = after[neighbour]
      pairs.add(-change.removed, to: TokenPair(pair.right, neighbour))
      if change.positionCount > 0 {
        pairs.add(change.added, to: TokenPair(merged, neighbour))
      }
    }
    queueChanges(merged)
    before.removeAll()
    after.removeAll()
  }

  private mutating func queueChanges(_ merged: TokenID) {
    // The merged token beside itself can have been noted on both sides, but is one pair.
    let meetsItself =
      before[merged].positionCount > 0 && after[merged].positionCount > 0
    for neighbour in before.neighbours where before[neighbour].positionCount > 0 {
      if meetsItself && neighbour == merged { continue }
      push(TokenPair(neighbour, merged), before.positions(beside: neighbour))
    }
    for neighbour in after.neighbours where after[neighbour].positionCount > 0 {
      if meetsItself && neighbour == merged { continue }
      push(TokenPair(merged, neighbour), after.positions(beside: neighbour))
    }
    if meetsItself {
      let positions = before.positions(beside: merged) + after.positions(beside: merged)
      push(TokenPair(merged, merged), positions.sorted()[...])
    }
  }
}
