internal import Tokenization

/// Words as rows of units, padded to one width.
public struct PooledBatch: Sendable {
  public let layout: PoolingLayout
  /// The number of columns: prefix slots and units.
  public let width: Int
  /// Row by row: the ids of the prefix slots, then those of the units, then 0.
  public let ids: [Int32]
  /// The number of units of each row, prefix slots not counted.
  public let lengths: [Int32]
  /// Where each row's part of the text begins, in bytes.
  public let starts: [Int64]
  /// How many bytes of the text each row stands for, with what was left out of a long word.
  public let byteLengths: [Int32]

  /// The number of rows.
  public var count: Int { lengths.count }

  /// Row by row: 1 for a prefix slot or a unit, 0 for padding.
  public var mask: [UInt8] {
    lengths.flatMap { length in
      let used = layout.prefixSlots + Int(length)
      return (0..<width).map { $0 < used ? UInt8(1) : 0 }
    }
  }

  /// The units of a row.
  public func units(ofRow row: Int) -> ArraySlice<Int32> {
    let start = row * width + layout.prefixSlots
    return ids[start..<(start + Int(lengths[row]))]
  }

  /// The text that the rows spell: that which they were made from, unless long words lost something or
  /// separators were left out.
  ///
  /// - Throws: `TokenizerError` when tokens cannot be decoded.
  public func text() throws -> [UInt8] {
    var result: [UInt8] = []
    for row in 0..<count {
      let numbers = units(ofRow: row).map { UInt32($0 - Int32(layout.offset)) }
      switch layout.units {
      case .bytes: result += numbers.map(UInt8.init(truncatingIfNeeded:))
      case .characters:
        for number in numbers { result += String(Unicode.Scalar(number) ?? "\u{FFFD}").utf8 }
      case .tokens(let tokenizer):
        let spelling = TokenSpelling(tokenizer.definition, tokenizer.vocabulary)
        for number in numbers { result += spelling.text(of: number) ?? [] }
      }
    }
    return result
  }

  /// Collects words until a batch is made of them.
  struct Builder {
    let layout: PoolingLayout
    private var units: [Int32] = []
    private var lengths: [Int32] = []
    private var starts: [Int64] = []
    private var byteLengths: [Int32] = []

    init(_ layout: PoolingLayout) { self.layout = layout }

    var count: Int { lengths.count }

    /// Adds a word.
    ///
    /// - Parameter start: where it begins in the whole text.
    mutating func append(_ word: ArraySlice<UInt8>, at start: Int64) throws {
      var units = try layout.units(of: word)
      if case .replace(let text) = layout.longWords, let limit = layout.maximumUnits,
        units.count > limit
      {
        units = try layout.units(of: text[...])
        let kept = units.prefix(limit)
        return append(kept.map(\.id), at: start, byteLength: word.count)
      }
      var start = start
      let rows = layout.rows(of: units, in: word)
      for row in rows {
        // One row stands for all of the word, whatever was left out of it.
        let length =
          rows.count == 1 ? word.count : units[row].reduce(0) { $0 + $1.length }
        append(units[row].map(\.id), at: start, byteLength: length)
        start += Int64(length)
      }
    }

    private mutating func append(_ ids: [Int32], at start: Int64, byteLength: Int) {
      units += ids
      lengths.append(Int32(ids.count))
      starts.append(start)
      byteLengths.append(Int32(byteLength))
    }

    /// The batch of all words so far, which are then forgotten.
    mutating func finish() -> PooledBatch {
      let longest = layout.maximumUnits ?? Int(lengths.max() ?? 0)
      let width = layout.prefixSlots + longest
      var ids = [Int32](repeating: 0, count: width * lengths.count)
      var position = 0
      for (row, length) in lengths.enumerated() {
        let start = row * width
        for slot in 0..<layout.prefixSlots { ids[start + slot] = Int32(layout.prefixID(slot)) }
        for unit in 0..<Int(length) {
          ids[start + layout.prefixSlots + unit] = units[position + unit]
        }
        position += Int(length)
      }
      defer { self = Builder(layout) }
      return PooledBatch(
        layout: layout, width: width, ids: ids, lengths: lengths, starts: starts,
        byteLengths: byteLengths)
    }
  }
}
