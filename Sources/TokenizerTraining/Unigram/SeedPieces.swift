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
    Self.forEachCandidate(text, order, settings) { best.add($0) }
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
    _ body: (RepeatedSubstrings.Interval) -> Void
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
      let piece = text.symbols[start..<(start + interval.length)].lazy.map { classes[Int($0)] }
      if rules.allows(piece) { body(interval) }
    }
  }
}

/// The intervals with the highest scores, of equal ones the earliest.
private struct BestIntervals {
  private typealias Entry = (interval: RepeatedSubstrings.Interval, order: Int)

  private let count: Int
  private var entries: [Entry] = []
  private var seen = 0
  private var leastScore = Int.min

  init(count: Int) { self.count = count }

  private static func score(_ entry: Entry) -> Int { entry.interval.weight * entry.interval.length }

  mutating func add(_ interval: RepeatedSubstrings.Interval) {
    seen += 1
    guard interval.weight * interval.length > leastScore else { return }
    entries.append((interval, seen))
    if entries.count >= 2 * count + 1024 { cut() }
  }

  private mutating func cut() {
    entries.sort { first, second in
      let (left, right) = (Self.score(first), Self.score(second))
      return left != right ? left > right : first.order < second.order
    }
    guard entries.count >= count else { return }
    entries.removeSubrange(count...)
    // What comes later must score higher to get in.
    if let last = entries.last { leastScore = Self.score(last) }
  }

  mutating func sorted() -> [RepeatedSubstrings.Interval] {
    cut()
    return entries.map(\.interval)
  }
}
