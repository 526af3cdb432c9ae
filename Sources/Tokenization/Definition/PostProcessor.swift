/// What is put around the ids of a text.
public indirect enum PostProcessor: Sendable, Equatable {
  /// Trims white space off the offsets of byte-level tokens.
  case byteLevel(addPrefixSpace: Bool, trimOffsets: Bool)
  /// Special tokens in the places of a template.
  case template(Template)
  /// `[CLS] A [SEP] B [SEP]`.
  case bert(separator: SpecialToken, classifier: SpecialToken)
  /// `<s> A </s></s> B </s>`, with the offsets of byte-level tokens trimmed.
  case roberta(
    separator: SpecialToken, classifier: SpecialToken, addPrefixSpace: Bool, trimOffsets: Bool)
  case sequence([PostProcessor])

  /// A token that a post-processor inserts.
  public struct SpecialToken: Sendable, Equatable {
    public var token: String
    public var id: TokenID

    public init(token: String, id: TokenID) {
      self.token = token
      self.id = id
    }
  }

  /// The order of special tokens and texts for one text and for a pair.
  public struct Template: Sendable, Equatable {
    /// One place of a template.
    public enum Piece: Sendable, Equatable {
      /// The first (`A`) or second (`B`) text.
      case sequence(Sequence, typeID: UInt32)
      /// The special token of that name, which may be several ids.
      case special(String, typeID: UInt32)
    }

    public enum Sequence: Sendable, Equatable { case a, b }

    public var single: [Piece]
    public var pair: [Piece]
    /// What each name in the template inserts.
    public var specialTokens: [String: [SpecialToken]]

    public init(single: [Piece], pair: [Piece], specialTokens: [String: [SpecialToken]]) {
      self.single = single
      self.pair = pair
      self.specialTokens = specialTokens
    }
  }
}
