internal import Tokenization

/// All different words of a corpus as sequences of tokens that can be merged in place.
///
/// Each character has a slot, and each word ends with a slot that is no token, so that neighbours are
/// found without knowing where words begin. A token of several characters keeps their slots; its first
/// one says which token it is, and its first and last one say how many there are.
struct TrainingWords: ~Copyable {
  struct Slot {
    /// The token that begins here, `inside` or `boundary`.
    var symbol: TokenID
    /// How many characters the token has that begins or ends here.
    var span: UInt32
    /// Which word this is.
    var word: UInt32
  }
  /// The symbol of a slot that belongs to a token which began before it.
  static let inside = TokenID.max - 1
  /// The symbol of a slot between two words.
  static let boundary = TokenID.max

  // Safe: positions come from these words alone, and a boundary stands at both ends of them.
  let slots: UnsafeMutableBufferPointer<Slot>
  /// How often each word occurs.
  let occurrences: [Int]
  /// The slot where each word begins.
  let starts: [UInt32]

  deinit { slots.deallocate() }

  /// Spells words with the characters that `symbols` has; others are left out.
  ///
  /// - Parameter symbols: takes on the characters with the prefix or the suffix that words begin
  ///   with.
  /// - Throws: `TrainingError.tooManyCharacters`.
  init(
    _ counts: WordCounts, _ symbols: inout SymbolTable, prefix: String?, suffix: String?
  ) throws(TrainingError) {
    let length = counts.byteCount + counts.count + 1
    guard length < Int(UInt32.max) else { throw .tooManyCharacters(limit: Int(UInt32.max)) }
    let characters = CharacterSymbols(counts, &symbols, prefix: prefix, suffix: suffix)
    var builder = Builder(capacity: length, wordCount: counts.count)
    for index in 0..<counts.count {
      builder.beginWord(occurrences: counts.occurrences(at: index))
      characters.forEachSymbol(ofWordAt: index, in: counts) { builder.append($0, span: 1) }
      builder.endWord()
    }
    self.init(builder)
  }

  /// Words of tokens that are known already.
  ///
  /// - Parameter encode: passes on the tokens of a word with their lengths in characters, and `nil`
  ///   for what stands between tokens that are never to be merged.
  init(
    _ counts: WordCounts,
    _ encode: (ArraySlice<UInt8>, _ body: (TokenID?, _ span: Int) -> Void) throws -> Void
  ) throws {
    let length = counts.byteCount + counts.count + 1
    guard length < Int(UInt32.max) else {
      throw TrainingError.tooManyCharacters(limit: Int(UInt32.max))
    }
    var builder = Builder(capacity: length, wordCount: counts.count)
    for index in 0..<counts.count {
      builder.beginWord(occurrences: counts.occurrences(at: index))
      try encode(counts.word(at: index)) { symbol, span in
        if let symbol {
          builder.append(symbol, span: span)
        } else {
          builder.endWord()
          builder.beginWord(occurrences: counts.occurrences(at: index))
        }
      }
      builder.endWord()
    }
    self.init(builder)
  }

  private init(_ builder: Builder) {
    slots = .allocate(capacity: builder.slots.count)
    _ = slots.initialize(from: builder.slots)
    occurrences = builder.occurrences
    starts = builder.starts
  }

  /// Words while they are being laid out.
  private struct Builder {
    var slots: [Slot] = []
    var occurrences: [Int] = []
    var starts: [UInt32] = []

    init(capacity: Int, wordCount: Int) {
      slots.reserveCapacity(capacity)
      occurrences.reserveCapacity(wordCount)
      starts.reserveCapacity(wordCount)
      slots.append(Slot(symbol: TrainingWords.boundary, span: 1, word: 0))
    }

    mutating func beginWord(occurrences count: Int) {
      occurrences.append(count)
      starts.append(UInt32(slots.count))
    }

    @inline(__always)
    mutating func append(_ symbol: TokenID, span: Int) {
      let word = UInt32(occurrences.count - 1)
      slots.append(Slot(symbol: symbol, span: UInt32(span), word: word))
      for place in 1..<max(span, 1) {
        let isLast = place == span - 1
        slots.append(
          Slot(symbol: TrainingWords.inside, span: isLast ? UInt32(span) : 0, word: word))
      }
    }

    mutating func endWord() { append(TrainingWords.boundary, span: 1) }
  }

  /// Calls `body` with the slot of every token that has a right neighbour, from left to right.
  @inline(__always)
  func forEachPair(_ body: (_ position: UInt32, _ left: TokenID, _ right: TokenID) -> Void) {
    var position = 1
    while position < slots.count {
      let slot = slots[position]
      let next = position + Int(slot.span)
      if slot.symbol != Self.boundary, slots[next].symbol != Self.boundary {
        body(UInt32(position), slot.symbol, slots[next].symbol)
      }
      position = next
    }
  }
}

/// The tokens of characters, which depend on where in a word they stand.
struct CharacterSymbols {
  /// Four for each character: plain, with the prefix, with the suffix, with both.
  private var ids: [TokenID]
  private let hasPrefix: Bool
  private let hasSuffix: Bool

  private static let none = TokenID.max

  init(_ counts: WordCounts, _ symbols: inout SymbolTable, prefix: String?, suffix: String?) {
    hasPrefix = prefix != nil
    hasSuffix = suffix != nil
    let bound = counts.characterBound
    var isUsed = [Bool](repeating: false, count: 4 * bound)
    ids = []
    for index in 0..<counts.count {
      forEachPlace(ofWordAt: index, in: counts) { isUsed[$0] = true }
    }
    ids = [TokenID](repeating: Self.none, count: 4 * bound)
    for variant in 0..<4 {
      for value in 0..<bound where isUsed[4 * value + variant] {
        guard let scalar = Unicode.Scalar(UInt32(value)),
          symbols.id(of: Array(String(scalar).utf8)) != nil
        else { continue }
        let spelling =
          (variant & 1 != 0 ? prefix ?? "" : "") + String(scalar)
          + (variant & 2 != 0 ? suffix ?? "" : "")
        ids[4 * value + variant] = symbols.add(Array(spelling.utf8)).id
      }
    }
  }

  /// Calls `body` with the token of each character of a word that has one.
  @inline(__always)
  func forEachSymbol(ofWordAt index: Int, in counts: WordCounts, _ body: (TokenID) -> Void) {
    forEachPlace(ofWordAt: index, in: counts) { place in
      let id = ids[place]
      if id != Self.none { body(id) }
    }
  }

  /// Calls `body` with the index in `ids` of each character of a word.
  @inline(__always)
  private func forEachPlace(ofWordAt index: Int, in counts: WordCounts, _ body: (Int) -> Void) {
    var pending: UInt32?
    var prefixed = 0
    counts.forEachCharacter(ofWordAt: index) { value in
      if let pending {
        body(4 * Int(pending) + prefixed)
        prefixed = hasPrefix ? 1 : 0
      }
      pending = value
    }
    if let pending { body(4 * Int(pending) + prefixed + (hasSuffix ? 2 : 0)) }
  }
}
