import Graft

/// What merging batches takes, beside counting all pairs anew in every round as well as Swift can.
enum Merging {
  /// Merges the lines of a file batch by batch in both ways, and prints the processor time of merging alone.
  ///
  /// - Parameters:
  ///   - limit: the merges of each batch; 0 for all.
  ///   - file: lines in bytes whose tokens are the bytes of the text, as those of byte-level tokenizers are.
  static func run(_ tokenizer: Tokenizer, batchSize: Int, limit: Int, file: String) throws {
    let limit = limit == 0 ? Int.max : limit
    let lines = try FileSystem.read(file).split(separator: 0x0A, omittingEmptySubsequences: false)
      .map(Array.init)
    let merger = try DynamicMerger(tokenizer)
    var (tokens, merges, recount, merging, areEqual) = (0, 0, 0.0, 0.0, true)
    for start in stride(from: 0, to: lines.count, by: batchSize) {
      let texts = Array(lines[start..<min(start + batchSize, lines.count)])
      let sequences = try texts.map {
        BaseSequence(try tokenizer.encode(utf8: $0, addSpecialTokens: false))
      }
      var slow = Recount(sequences, texts)
      recount += Clock.measure { slow.run(limit: limit) }
      var result: BatchMerging?
      merging += try Clock.measure { result = try merger.merges(of: sequences, limit: limit) }
      guard let result else { continue }
      tokens += result.length(after: 0)
      merges += result.mergeCount
      areEqual = areEqual && slow.agrees(with: result)
    }
    print(
      """
      {"tokens":\(tokens),"merges":\(merges),"recount":\(recount),"merging":\(merging),\
      "equal":\(areEqual)}
      """)
  }
}

/// The algorithm as its paper states it: all pairs are counted anew in every round. Symbols are small numbers, and
/// pairs are keys of eight bytes, so that a round costs no more than it has to.
struct Recount {
  private struct Item {
    var symbol: UInt32
    let piece: UInt32?
    var range: Range<Int>
  }
  private let sequences: [BaseSequence]
  private let texts: [[UInt8]]
  private var items: [[Item]] = []
  private var symbols: [ArraySlice<UInt8>: UInt32] = [:]
  /// How often each merged pair stood in the batch.
  private var counts: [Int] = []

  init(_ sequences: [BaseSequence], _ texts: [[UInt8]]) {
    self.sequences = sequences
    self.texts = texts
    for (index, sequence) in sequences.enumerated() {
      items.append(
        (0..<sequence.count).map { place in
          let range = place..<(place + 1)
          return Item(symbol: symbol(index, range), piece: sequence.pieces[place], range: range)
        })
    }
  }

  /// The number of the bytes that tokens stand for.
  private mutating func symbol(_ sequence: Int, _ range: Range<Int>) -> UInt32 {
    let offsets = sequences[sequence].offsets
    let bytes = texts[sequence][
      offsets[range.lowerBound].lowerBound..<offsets[range.upperBound - 1].upperBound]
    if let symbol = symbols[bytes] { return symbol }
    let symbol = UInt32(symbols.count)
    symbols[bytes] = symbol
    return symbol
  }

  mutating func run(limit: Int) {
    while counts.count < limit, let (pair, count) = mostFrequentPair() {
      counts.append(count)
      for sequence in items.indices { replace(pair, in: sequence) }
    }
  }

  private func pair(_ left: Item, _ right: Item) -> UInt64? {
    guard left.piece != nil, left.piece == right.piece else { return nil }
    return UInt64(left.symbol) << 32 | UInt64(right.symbol)
  }

  private func mostFrequentPair() -> (pair: UInt64, count: Int)? {
    var found: [UInt64: (count: Int, rank: Int)] = [:]
    for items in items {
      for place in items.indices.dropLast() {
        guard let pair = pair(items[place], items[place + 1]) else { continue }
        let rank = found.count
        found[pair, default: (0, rank)].count += 1
      }
    }
    let best = found.max { ($0.value.count, $1.value.rank) < ($1.value.count, $0.value.rank) }
    return best.map { ($0.key, $0.value.count) }
  }

  private mutating func replace(_ pair: UInt64, in sequence: Int) {
    var (place, end) = (0, 0)
    let count = items[sequence].count
    while place < count {
      var item = items[sequence][place]
      place += 1
      if place < count, self.pair(item, items[sequence][place]) == pair {
        item.range = item.range.lowerBound..<items[sequence][place].range.upperBound
        item.symbol = symbol(sequence, item.range)
        place += 1
      }
      items[sequence][end] = item
      end += 1
    }
    items[sequence].removeLast(count - end)
  }

  /// Whether the same merges were made with the same counts, and left the same tokens.
  func agrees(with merging: BatchMerging) -> Bool {
    guard counts == (0..<merging.mergeCount).map({ merging.merge($0).count }) else { return false }
    return items.indices.allSatisfy { sequence in
      var ranges: [Range<Int>] = []
      merging.forEachToken(ofSequence: sequence, after: merging.mergeCount) { ranges.append($0) }
      return ranges == items[sequence].map(\.range)
    }
  }
}
