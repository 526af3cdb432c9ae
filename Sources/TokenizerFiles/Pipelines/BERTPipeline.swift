internal import Normalization
package import Tokenization

/// What surrounds a WordPiece vocabulary in BERT.
package enum BERTPipeline {
  /// The tokens that BERT's vocabularies know as special, those of them that the vocabulary has.
  private static let specialTokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]

  /// BERT's tokenizer over a vocabulary.
  ///
  /// - Parameter lowercases: whether the model is an uncased one; by default it is when no token
  ///   but the special ones has a capital letter.
  static func definition(_ vocabulary: Vocabulary, lowercases: Bool?) -> TokenizerDefinition {
    var definition = TokenizerDefinition(
      normalizer: .bert(
        cleanText: true, spaceChinese: true, stripAccents: nil,
        lowercase: lowercases ?? isUncased(vocabulary)),
      preTokenizer: .bert, model: .wordPiece(WordPieceDefinition(vocabulary: vocabulary)),
      decoder: .wordPiece(prefix: "##", cleanup: true))
    for token in specialTokens {
      if let id = vocabulary.id(of: Array(token.utf8)) {
        definition.addedTokens.append(
          AddedToken(id: id, content: token, isNormalized: false, isSpecial: true))
      }
    }
    definition.postProcessor = template(vocabulary)
    return definition
  }

  private static func isUncased(_ vocabulary: Vocabulary) -> Bool {
    !vocabulary.entries.contains { token, _ in
      token.first != UInt8(ascii: "[") && token.contains { $0 &- 0x41 < 26 }
    }
  }

  /// `[CLS] A [SEP] B [SEP]`, the second text of type 1.
  package static func template(_ vocabulary: Vocabulary) -> PostProcessor? {
    guard let classifier = vocabulary.id(of: Array("[CLS]".utf8)),
      let separator = vocabulary.id(of: Array("[SEP]".utf8))
    else { return nil }
    let single: [PostProcessor.Template.Piece] = [
      .special("[CLS]", typeID: 0), .sequence(.a, typeID: 0), .special("[SEP]", typeID: 0),
    ]
    return .template(
      PostProcessor.Template(
        single: single,
        pair: single + [.sequence(.b, typeID: 1), .special("[SEP]", typeID: 1)],
        specialTokens: [
          "[CLS]": [PostProcessor.SpecialToken(token: "[CLS]", id: classifier)],
          "[SEP]": [PostProcessor.SpecialToken(token: "[SEP]", id: separator)],
        ]))
  }
}
