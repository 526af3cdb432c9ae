/// The tokens of a text or of a pair of texts.
///
/// All lists have one element per token.
public struct Encoding: Sendable, Equatable {
  /// The ids.
  public internal(set) var ids: [TokenID] = []
  /// What each token is called: as the vocabulary spells it, or the part of the text that an added
  /// token or a token without a spelling of its own stands for.
  public internal(set) var tokens: [[UInt8]] = []
  /// Where each token stands, in bytes of the original text. A token that spells a part of a
  /// character has the range of the whole character; a token that a post-processor or padding
  /// inserted has an empty range at 0.
  public internal(set) var offsets: [Range<Int>] = []
  /// Which text of a pair each token belongs to, as the template numbers them.
  public internal(set) var typeIDs: [UInt32] = []
  /// The number of the piece of its text that each token is a part of; `nil` for an inserted token.
  public internal(set) var wordIDs: [UInt32?] = []
  /// Whether a post-processor or padding inserted the token.
  public internal(set) var isSpecial: [Bool] = []
  /// Whether padding inserted the token: the complement of an attention mask.
  public internal(set) var isPadding: [Bool] = []
  /// The parts that truncation cut off, each with the special tokens around it.
  public internal(set) var overflowing: [Encoding] = []
  /// Where the tokens of each text lie. Without any, all tokens are those of the first text.
  var sequenceRanges: [Int: Range<Int>] = [:]

  /// The number of tokens.
  public var count: Int { ids.count }

  /// The number of the text, 0 or 1, that each token comes from; `nil` for an inserted token.
  public var sequenceIDs: [Int?] {
    var result = [Int?](repeating: nil, count: count)
    for sequence in 0..<max(1, sequenceRanges.count) {
      for index in sequenceRanges[sequence] ?? 0..<count { result[index] = sequence }
    }
    return result
  }

  init() {}

  mutating func append(
    _ id: TokenID, _ token: some Sequence<UInt8>, _ offsets: Range<Int>, word: UInt32?,
    typeID: UInt32 = 0, isSpecial: Bool = false, isPadding: Bool = false
  ) {
    ids.append(id)
    tokens.append(Array(token))
    self.offsets.append(offsets)
    typeIDs.append(typeID)
    wordIDs.append(word)
    self.isSpecial.append(isSpecial)
    self.isPadding.append(isPadding)
  }

  mutating func appendSpecial(_ special: PostProcessor.SpecialToken, typeID: UInt32) {
    append(special.id, special.token.utf8, 0..<0, word: nil, typeID: typeID, isSpecial: true)
  }

  /// Appends the tokens of another encoding, but not its overflowing parts.
  mutating func appendTokens(_ other: Encoding) {
    ids += other.ids
    tokens += other.tokens
    offsets += other.offsets
    typeIDs += other.typeIDs
    wordIDs += other.wordIDs
    isSpecial += other.isSpecial
    isPadding += other.isPadding
  }

  /// The tokens of `range` as an encoding of their own, which belongs to no text yet.
  func tokens(in range: Range<Int>) -> Encoding {
    var part = Encoding()
    part.ids = Array(ids[range])
    part.tokens = Array(tokens[range])
    part.offsets = Array(offsets[range])
    part.typeIDs = Array(typeIDs[range])
    part.wordIDs = Array(wordIDs[range])
    part.isSpecial = Array(isSpecial[range])
    part.isPadding = Array(isPadding[range])
    return part
  }

  mutating func setTypeIDs(_ typeID: UInt32) {
    typeIDs = Array(repeating: typeID, count: count)
  }

  mutating func setSequence(_ sequence: Int) { sequenceRanges[sequence] = 0..<count }
}
