/// The pieces that training begins with: all required characters, and the substrings that cover most
/// characters of the text.
struct SeedPieces {
  /// One piece.
  struct Piece {
    /// The occurrences of the piece: places in the suffix array; none for a character.
    var occurrences: Range<Int>
    /// The number of the character, for a piece of length 1.
    var symbol: Int32
    var length: Int
    /// Occurrences times length.
    var score: Int
  }

  /// The pieces in the order of SentencePiece: characters by descending counts, then substrings by
  /// descending scores.
  let pieces: [Piece]
  let order: [Int32]

  /// Reproduces `Trainer::MakeSeedSentencePieces`.
  init(
    _ text: TrainingText, _ alphabet: RequiredCharacters, _ settings: UnigramTrainerSettings
  ) {
    var pieces = Self.characters(text, alphabet)
    let order = SuffixArray.make(text.symbols, alphabet: text.alphabetSize)
    var best = BestIntervals(count: settings.seedSize)
    Self.forEachCandidate(text, order, settings) { best.add($0, bytes: $1) }
    for interval in best.sorted() {
      pieces.append(
        Piece(
          occurrences: interval.range, symbol: 0, length: interval.length,
          score: interval.weight * interval.length))
    }
    self.pieces = pieces
    self.order = order
  }

  private static func characters(_ text: TrainingText, _ alphabet: RequiredCharacters) -> [Piece] {
    var numbers: [Unicode.Scalar: Int32] = [:]
    for (index, scalar) in text.characters.enumerated() { numbers[scalar] = Int32(index) }
    let counted = zip(alphabet.scalars, alphabet.counts).filter { $0.1 > 0 }
      .sorted { ($1.1, $0.0.value) < ($0.1, $1.0.value) }
    return counted.map { scalar, count in
      Piece(
        occurrences: 0..<0,
        symbol: TrainingText.Symbol.firstCharacter + (numbers[scalar] ?? 0), length: 1,
        score: count)
    }
  }

  private static func forEachCandidate(
    _ text: TrainingText, _ order: [Int32], _ settings: UnigramTrainerSettings,
    _ body: (RepeatedSubstrings.Interval, _ bytes: Int) -> Void
  ) {
    let rules = PieceRules(settings)
    var classes = [PieceRules.CharacterClass](
      repeating: .init(isUsable: false), count: Int(TrainingText.Symbol.firstCharacter))
    classes += text.characters.map(rules.characterClass)
    let wordOfPosition = text.wordsOfPositions()
    let intervals = RepeatedSubstrings(
      text: text.symbols, order: order, limit: settings.maximumPieceLength + 1)
    intervals.forEach { place in
      let word = Int(wordOfPosition[Int(order[place])])
      return word < text.copyCounts.count ? text.copyCounts[word] : 0
    } _: { interval in
      guard interval.length > 1, interval.length <= settings.maximumPieceLength else { return }
      let start = Int(order[interval.range.lowerBound])
      let symbols = text.symbols[start..<(start + interval.length)]
      guard rules.allows(symbols.lazy.map { classes[Int($0)] }) else { return }
      guard settings.seedRule == .characters || hasDifferentBytesAfter(interval, text, order) else {
        return
      }
      body(interval, symbols.reduce(0) { $0 + text.byteLength(ofSymbol: $1) })
    }
  }
}

extension SeedPieces {
  /// Whether the substring is followed by different bytes. What comes after it is sorted, so that the
  /// least and the greatest character tell.
  private static func hasDifferentBytesAfter(
    _ interval: RepeatedSubstrings.Interval, _ text: TrainingText, _ order: [Int32]
  ) -> Bool {
    func follower(_ place: Int) -> Int32 {
      text.symbols[Int(order[place]) + interval.length]
    }
    let places = interval.range
    let firstCharacter = places.partitioningPoint {
      follower($0) >= TrainingText.Symbol.firstCharacter
    }
    var bytes: Set<UInt8> = []
    if firstCharacter < places.upperBound {
      bytes.insert(text.firstByte(ofSymbol: follower(firstCharacter)))
      bytes.insert(text.firstByte(ofSymbol: follower(places.upperBound - 1)))
    }
    if firstCharacter > places.lowerBound {
      bytes.insert(text.firstByte(ofSymbol: follower(places.lowerBound)))
      bytes.insert(text.firstByte(ofSymbol: follower(firstCharacter - 1)))
    }
    return bytes.count > 1
  }
}

/// The substrings with the highest scores; of equal ones those with more bytes, then the first in the
/// alphabet.
private struct BestIntervals {
  private typealias Entry = (interval: RepeatedSubstrings.Interval, score: Int, bytes: Int)

  private let count: Int
  private var entries: [Entry] = []
  private var leastScore = Int.min

  init(count: Int) { self.count = count }

  mutating func add(_ interval: RepeatedSubstrings.Interval, bytes: Int) {
    let score = interval.weight * interval.length
    guard score >= leastScore else { return }
    entries.append((interval, score, bytes))
    if entries.count >= 2 * count + 1024 { cut() }
  }

  private mutating func cut() {
    entries.sort { first, second in
      // Substrings with as many bytes do not begin with one another: their places tell their order.
      (second.score, second.bytes, first.interval.range.lowerBound)
        < (first.score, first.bytes, second.interval.range.lowerBound)
    }
    guard entries.count > count else { return }
    entries.removeSubrange(count...)
    if let last = entries.last { leastScore = last.score }
  }

  mutating func sorted() -> [RepeatedSubstrings.Interval] {
    cut()
    return entries.map(\.interval)
  }
}
