internal import ByteIO
internal import Normalization
internal import Tokenization

/// Writes merges and merged texts as lines of JSON, without the line feed.
///
/// Surfaces are spelled in GPT-2's byte alphabet (a space is `Ġ`), which any bytes can be; a token that is not text
/// stands as the vocabulary has it.
public struct MergedLines: Sendable {
  private let vocabulary: MergeVocabulary
  private let tokens: TokenizerVocabulary

  public init(_ merger: DynamicMerger) {
    vocabulary = merger.vocabulary
    tokens = merger.tokenizer.vocabulary
  }

  /// A merge: `batch`, `rank`, `a`, `b`, `count` (overlaps included) and `replaced`. A surface of more than 256 bytes
  /// stands as the rank of the merge that made it.
  public func line(_ merge: BatchMerge, batch: Int) -> String {
    "{\"batch\":\(batch),\"rank\":\(merge.rank),\"a\":\(spelled(merge.left)),"
      + "\"b\":\(spelled(merge.right)),\"count\":\(merge.count),\"replaced\":\(merge.replaced)}"
  }

  /// What stands in the place of a text that cannot be merged.
  public static func line(error: String) -> String { "{\"error\":\(JSONText.string(error))}" }

  /// The lines of a batch's texts.
  ///
  /// - Parameters:
  ///   - sequences: the batch in base tokens.
  ///   - rows: the row of each of the batch's units, where these are known.
  public func texts(
    of batch: MergedBatch, _ sequences: [BaseSequence], rows: [Int32]? = nil
  ) -> TextLines {
    TextLines(
      batch: batch, sequences: sequences, spellings: batch.units.map { Array(spelled($0).utf8) },
      rows: rows)
  }

  /// A surface as a JSON string.
  static func quoted(_ surface: [UInt8]) -> String {
    var text = String.UnicodeScalarView()
    for byte in surface { text.append(ByteAlphabet.scalar(for: byte)) }
    return JSONText.string(String(text))
  }

  private func spelled(_ part: BatchMerge.Part) -> String {
    switch part {
    case .surface(let surface): Self.quoted(surface)
    case .result(let rank): String(rank)
    }
  }

  private func spelled(_ unit: MergedUnit) -> String {
    switch unit {
    case .surface(let surface): return Self.quoted(surface)
    case .token(let id):
      let surface = vocabulary.surface(of: id)
      if !surface.isEmpty { return Self.quoted(Array(surface)) }
      return JSONText.string(String(decoding: tokens.spelling(of: id) ?? [], as: UTF8.self))
    }
  }
}

/// The texts of a batch as lines of JSON: `tokens`, `offsets` in bytes of the original text, `words`, `ids` with the base
/// tokens of each token, and `rows` where these are known.
public struct TextLines: Sendable {
  private let batch: MergedBatch
  private let sequences: [BaseSequence]
  /// By unit, as a JSON string.
  private let spellings: [[UInt8]]
  private let rows: [Int32]?

  fileprivate init(
    batch: MergedBatch, sequences: [BaseSequence], spellings: [[UInt8]], rows: [Int32]?
  ) {
    self.batch = batch
    self.sequences = sequences
    self.spellings = spellings
    self.rows = rows
  }

  /// The line of a text.
  public func line(_ index: Int) -> [UInt8] {
    let (sequence, base) = (batch.sequences[index], sequences[index])
    var line: [UInt8] = []
    line.reserveCapacity(48 * sequence.count + 64)
    line.appendMember("{\"tokens\":", sequence.count) { line, token in
      line += spellings[Int(sequence.units[token])]
    }
    line.appendMember(",\"offsets\":", sequence.count) { line, token in
      let range = sequence.offsets[token]
      line.append(UInt8(ascii: "["))
      line.append(decimal: range.lowerBound)
      line.append(UInt8(ascii: ","))
      line.append(decimal: range.upperBound)
      line.append(UInt8(ascii: "]"))
    }
    line.appendMember(",\"words\":", sequence.count) { line, token in
      if let word = sequence.wordIDs[token] {
        line.append(decimal: Int(word))
      } else {
        line += "null".utf8
      }
    }
    line.appendMember(",\"ids\":", sequence.count) { line, token in
      let range = sequence.baseTokens(of: token)
      line.appendMember("", range.count) { line, place in
        line.append(decimal: Int(base.ids[range.lowerBound + place]))
      }
    }
    if let rows {
      line.appendMember(",\"rows\":", sequence.count) { line, token in
        line.append(decimal: Int(rows[Int(sequence.units[token])]))
      }
    }
    line.append(UInt8(ascii: "}"))
    return line
  }
}

extension [UInt8] {
  /// Appends a name and a list.
  ///
  /// - Parameter element: appends an element of the list.
  fileprivate mutating func appendMember(
    _ name: StaticString, _ count: Int, _ element: (inout [UInt8], Int) -> Void
  ) {
    name.withUTF8Buffer { append(contentsOf: $0) }
    append(UInt8(ascii: "["))
    for index in 0..<count {
      if index > 0 { append(UInt8(ascii: ",")) }
      element(&self, index)
    }
    append(UInt8(ascii: "]"))
  }

  /// Appends a number that is not negative.
  fileprivate mutating func append(decimal number: Int) {
    var divisor = 1
    while number / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
      append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
      divisor /= 10
    }
  }
}
