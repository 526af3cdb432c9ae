internal import ByteIO
internal import Normalization
internal import Tokenization

/// Writes merges and merged texts as lines of JSON.
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

  /// A merge: `batch`, `rank`, `a`, `b`, `count` (overlaps included) and `replaced`.
  public func line(_ merge: BatchMerge, batch: Int) -> String {
    "{\"batch\":\(batch),\"rank\":\(merge.rank),\"a\":\(Self.quoted(merge.left)),"
      + "\"b\":\(Self.quoted(merge.right)),\"count\":\(merge.count),\"replaced\":\(merge.replaced)}"
  }

  /// A text: `tokens`, `offsets` in bytes of the original text, `words`, `ids` with the base tokens of each token,
  /// and `rows` where these are known.
  ///
  /// - Parameters:
  ///   - index: which text of the batch.
  ///   - rows: the row of each of the batch's units.
  public func line(_ index: Int, of batch: MergedBatch, _ base: BaseSequence, rows: [Int32]?)
    -> String
  {
    let sequence = batch.sequences[index]
    func list(_ element: (Int) -> String) -> String {
      JSONText.list((0..<sequence.count).lazy.map(element))
    }
    var members = [
      "\"tokens\":" + list { spelled(batch.units[Int(sequence.units[$0])]) },
      "\"offsets\":"
        + list { "[\(sequence.offsets[$0].lowerBound),\(sequence.offsets[$0].upperBound)]" },
      "\"words\":" + list { sequence.wordIDs[$0].map(String.init) ?? "null" },
      "\"ids\":"
        + list { JSONText.list(base.ids[sequence.baseTokens(of: $0)].lazy.map(String.init)) },
    ]
    if let rows { members.append("\"rows\":" + list { String(rows[Int(sequence.units[$0])]) }) }
    return "{" + members.joined(separator: ",") + "}"
  }

  /// What stands in the place of a text that cannot be merged.
  public static func line(error: String) -> String { "{\"error\":\(JSONText.string(error))}" }

  /// A surface as a JSON string.
  static func quoted(_ surface: [UInt8]) -> String {
    var text = String.UnicodeScalarView()
    for byte in surface { text.append(ByteAlphabet.scalar(for: byte)) }
    return JSONText.string(String(text))
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
