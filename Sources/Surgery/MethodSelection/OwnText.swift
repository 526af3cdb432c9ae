internal import Tensors
internal import Tokenization
internal import TokenizerFiles

/// Text cut by the new tokenizer and by the base's own.
///
/// As a rule the base has written it: the model with another vocabulary is as good as it is true to the
/// old one on such text, and no other text is needed to compare ways to make rows.
struct OwnText: Sendable {
  /// The tokens of the new vocabulary, text by text.
  private(set) var documents: [[TokenID]] = []
  /// The tokens of the base, text by text.
  private(set) var baseDocuments: [[TokenID]] = []
  /// Tokens that end at the same byte, text by text: the places in either list.
  private(set) var pairs: [[(target: Int, base: Int)]] = []
  /// The size of each text in UTF-8.
  private var sizes: [Int] = []
  /// The size of all texts in UTF-8.
  var byteCount: Int { sizes.reduce(0, +) }

  /// - Parameters:
  ///   - rowCount: texts with tokens of the new vocabulary beyond are left out.
  /// - Returns: `nil` when nothing is left.
  init?(
    _ texts: [String], from base: ModelDirectory, to target: TransplantTarget, rowCount: Int
  ) throws {
    let reader = try Tokenizer(base.tokenizer)
    let writer = try Tokenizer(target.definition)
    for text in texts {
      let new = try writer.encode(text, addSpecialTokens: false)
      let old = try reader.encode(text, addSpecialTokens: false)
      guard !new.ids.isEmpty, !old.ids.isEmpty, new.ids.allSatisfy({ $0 < rowCount }),
        old.ids.allSatisfy({ $0 < base.vocabularyTensors.rows })
      else { continue }
      documents.append(new.ids)
      baseDocuments.append(old.ids)
      pairs.append(Self.pairs(new.offsets.map(\.upperBound), old.offsets.map(\.upperBound)))
      sizes.append(text.utf8.count)
    }
    guard byteCount > 0 else { return nil }
  }

  /// The first texts, of about so many tokens in all.
  func limited(to count: Int) -> OwnText {
    var result = self
    var end = 0
    var total = 0
    while end < documents.count, total < count {
      total += documents[end].count + 1
      end += 1
    }
    result.documents = Array(documents.prefix(end))
    result.baseDocuments = Array(baseDocuments.prefix(end))
    result.pairs = Array(pairs.prefix(end))
    result.sizes = Array(sizes.prefix(end))
    return result
  }

  /// What the base wrote, as texts: each ends before its first special token.
  static func texts(_ tokens: [[TokenID]], of base: ModelDirectory) throws -> [String] {
    let reader = try Tokenizer(base.tokenizer)
    let special = Set(base.specialTokens.ids.values).union(
      base.vocabulary.added.filter(\.value.isSpecial).keys)
    return try tokens.map { try reader.decode(Array($0.prefix { !special.contains($0) })) }
  }

  /// The places of equal ends; of several tokens with one end the last.
  private static func pairs(_ left: [Int], _ right: [Int]) -> [(target: Int, base: Int)] {
    var result: [(target: Int, base: Int)] = []
    var place = 0
    for (index, end) in left.enumerated() {
      if index + 1 < left.count, left[index + 1] == end { continue }
      while place < right.count, right[place] <= end { place += 1 }
      if place > 0, right[place - 1] == end { result.append((index, place - 1)) }
    }
    return result
  }
}
