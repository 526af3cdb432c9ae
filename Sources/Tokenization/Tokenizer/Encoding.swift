/// The tokens of a text.
///
/// All lists have one element per token.
public struct Encoding: Sendable, Equatable {
  /// The ids.
  public internal(set) var ids: [TokenID] = []
  /// What each token is called: as the vocabulary spells it, or the part of the text that an added
  /// token matched.
  public internal(set) var tokens: [[UInt8]] = []
  /// Where each token stands, in bytes of the original text. A token that spells a part of a
  /// character has the range of the whole character; a token that a post-processor inserted has an
  /// empty range at 0.
  public internal(set) var offsets: [Range<Int>] = []
  /// Which text of a pair each token belongs to, as the template numbers them.
  public internal(set) var typeIDs: [UInt32] = []
  /// Whether a post-processor inserted the token.
  public internal(set) var isSpecial: [Bool] = []

  /// The number of tokens.
  public var count: Int { ids.count }

  init() {}

  mutating func append(_ id: TokenID, _ token: some Sequence<UInt8>, _ offsets: Range<Int>) {
    ids.append(id)
    tokens.append(Array(token))
    self.offsets.append(offsets)
    typeIDs.append(0)
    isSpecial.append(false)
  }

  mutating func appendSpecial(_ special: PostProcessor.SpecialToken, typeID: UInt32) {
    ids.append(special.id)
    tokens.append(Array(special.token.utf8))
    offsets.append(0..<0)
    typeIDs.append(typeID)
    isSpecial.append(true)
  }

  mutating func append(_ other: Encoding) {
    ids += other.ids
    tokens += other.tokens
    offsets += other.offsets
    typeIDs += other.typeIDs
    isSpecial += other.isSpecial
  }
}
