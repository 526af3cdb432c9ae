internal import Normalization
public import Tokenization

/// How words become rows of units.
public struct PoolingLayout: Sendable {
  /// What words are made of. Id 0 is padding in all of them.
  public enum Units: Sendable {
    /// Bytes, as ByT5 numbers them: the byte plus 3.
    case bytes
    /// Unicode scalars: the code point plus 1.
    case characters
    /// The tokens of the word by itself: the id plus 1.
    case tokens(Tokenizer)
  }

  /// What becomes of a word that has too many units.
  public enum LongWords: Sendable {
    /// It is cut into several rows. Bytes are cut between characters, unless a single character is too
    /// long.
    case split
    /// The rest of it is left out.
    case truncate
    /// Another text takes its place (`@` in "Learn Your Tokens").
    case replace([UInt8])
  }

  public var units: Units
  /// Columns in front of the units of every word, for positions that a model pools into.
  public var prefixSlots = 0
  /// The units of a row at most; `nil` for as many as the longest word of a batch has.
  public var maximumUnits: Int?
  public var longWords = LongWords.split
  /// Whether what a rule drops between words is a word, without which no text can be got back.
  public var keepsSeparators = true

  public init(units: Units = .bytes) { self.units = units }

  /// What is added to a byte, a code point or a token id.
  public var offset: Int {
    if case .bytes = units { 3 } else { 1 }
  }

  /// The number of ids that units can have, padding included. The ids of prefix slots follow.
  public var unitCount: Int {
    switch units {
    case .bytes: 256 + offset
    case .characters: 0x11_0000 + offset
    case .tokens(let tokenizer): tokenizer.vocabulary.idBound + offset
    }
  }

  /// The id that stands in a prefix slot.
  public func prefixID(_ slot: Int) -> Int { unitCount + slot }
}

extension PoolingLayout {
  /// The units of a word, each with the bytes of the word that it stands for.
  func units(of word: ArraySlice<UInt8>) throws -> [(id: Int32, length: Int)] {
    switch units {
    case .bytes: return word.map { (Int32($0) + Int32(offset), 1) }
    case .characters:
      return Array(word).scalars.map { scalar in
        (Int32(scalar.value) + Int32(offset), String(scalar).utf8.count)
      }
    case .tokens(let tokenizer):
      let encoding = try tokenizer.encode(utf8: Array(word), addSpecialTokens: false)
      var end = 0
      return encoding.ids.indices.map { index in
        let length = max(encoding.offsets[index].upperBound - end, 0)
        end += length
        return (Int32(encoding.ids[index]) + Int32(offset), length)
      }
    }
  }

  /// The parts into which a word's units are cut.
  func rows(of units: [(id: Int32, length: Int)], in word: ArraySlice<UInt8>) -> [Range<Int>] {
    guard let limit = maximumUnits, units.count > limit else { return [0..<units.count] }
    var rows: [Range<Int>] = []
    var start = 0
    while start < units.count {
      var end = min(start + limit, units.count)
      if case .bytes = self.units, end < units.count {
        var cut = end
        while cut > start, UTF8.isContinuation(word[word.startIndex + cut]) { cut -= 1 }
        if cut > start { end = cut }
      }
      rows.append(start..<end)
      if case .split = longWords { start = end } else { break }
    }
    return rows
  }
}
