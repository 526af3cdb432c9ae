/// The different words of a corpus as numbers, one after another, with their counts.
struct TrainingText {
  /// Numbers that stand for no character.
  enum Symbol {
    /// The end of the text.
    static let end: Int32 = 0
    /// After a word at the end of a line.
    static let lineEnd: Int32 = 1
    /// After a word before another.
    static let wordEnd: Int32 = 2
    /// A character without a piece.
    static let unknown: Int32 = 3
    /// The first of the characters with a piece, which are numbered in the order of their code
    /// points.
    static let firstCharacter: Int32 = 4
  }

  /// The words, each with the symbol after it, then those again that have both symbols, and the end.
  private(set) var symbols: [Int32] = []
  /// Where the words that are there again begin; up to here each word is there once.
  private(set) var distinctEnd = 0
  /// Where each word ends, without the symbol after it; the next begins one symbol later.
  private(set) var ends: [Int32] = []
  /// How often each word occurs.
  private(set) var counts: [Int] = []
  /// How often each word occurs in the sense of the symbol that stands after it here.
  private(set) var copyCounts: [Int] = []
  /// The required characters by their numbers less `Symbol.firstCharacter`.
  let characters: [Unicode.Scalar]
  private let firstBytes: [UInt8]

  /// The most symbols that can be numbered.
  static let maximumSize = Int(Int32.max) - 1

  /// - Throws: `UnigramTrainingError.tooMuchText`.
  init(_ words: [TrainingWord], _ alphabet: RequiredCharacters) throws(UnigramTrainingError) {
    characters = alphabet.scalars.sorted { $0.value < $1.value }
    firstBytes = characters.map { UTF8.encode($0)?.first ?? 0 }
    var numbers: [Unicode.Scalar: Int32] = [:]
    for (index, scalar) in characters.enumerated() {
      numbers[scalar] = Symbol.firstCharacter + Int32(index)
    }
    var repeated: [Int] = []
    for (index, word) in words.enumerated() {
      for scalar in word.scalars { symbols.append(numbers[scalar] ?? Symbol.unknown) }
      try finishWord(isFinal: word.inner == 0)
      counts.append(word.inner + word.final)
      copyCounts.append(word.inner == 0 ? word.final : word.inner)
      if word.inner > 0, word.final > 0 { repeated.append(index) }
    }
    distinctEnd = symbols.count
    for index in repeated {
      // One by one: a slice of the array would make appending copy all of it.
      for position in range(ofWord: index) { symbols.append(symbols[position]) }
      try finishWord(isFinal: true)
      copyCounts.append(words[index].final)
    }
    symbols.append(Symbol.end)
  }

  private mutating func finishWord(isFinal: Bool) throws(UnigramTrainingError) {
    guard symbols.count < Self.maximumSize else {
      throw .tooMuchText(characters: symbols.count, maximum: Self.maximumSize)
    }
    ends.append(Int32(symbols.count))
    symbols.append(isFinal ? Symbol.lineEnd : Symbol.wordEnd)
  }

  /// The number of different words.
  var wordCount: Int { counts.count }

  /// One more than the greatest symbol.
  var alphabetSize: Int { Int(Symbol.firstCharacter) + characters.count }

  /// The place of a word's characters in `symbols`.
  func range(ofWord index: Int) -> Range<Int> {
    (index == 0 ? 0 : Int(ends[index - 1]) + 1)..<Int(ends[index])
  }

  /// The word, or repeated word, that each symbol belongs to.
  func wordsOfPositions() -> [Int32] {
    var words: [Int32] = []
    words.reserveCapacity(symbols.count)
    for (index, end) in ends.enumerated() {
      while words.count <= Int(end) { words.append(Int32(index)) }
    }
    words.append(Int32(ends.count))
    return words
  }

  /// How many bytes a character has.
  func byteLength(ofSymbol symbol: Int32) -> Int {
    symbol < Symbol.firstCharacter
      ? 0 : UTF8.width(characters[Int(symbol - Symbol.firstCharacter)])
  }

  /// The first byte of what a symbol stands for in the lines: before another word that is the mark of
  /// a space, which begins like `▅`; at the end of a line, nothing.
  func firstByte(ofSymbol symbol: Int32) -> UInt8 {
    switch symbol {
    case Symbol.end, Symbol.lineEnd: 0
    case Symbol.wordEnd, Symbol.unknown: TrainingCharacter.unknownText[0]
    default: firstBytes[Int(symbol - Symbol.firstCharacter)]
    }
  }

  /// The text that stands at a place of the words.
  func spelling(_ range: Range<Int>) -> [UInt8] {
    var text = String.UnicodeScalarView()
    for symbol in symbols[range] where symbol >= Symbol.firstCharacter {
      text.append(characters[Int(symbol - Symbol.firstCharacter)])
    }
    return Array(String(text).utf8)
  }
}
