internal import Normalization

/// What boundaries have to know of a token's surface.
struct TokenTraits: OptionSet {
  let rawValue: UInt16

  /// A token of text, which may merge.
  static let isText = TokenTraits(rawValue: 1 << 0)

  // Of bytes: space, line feed and tab, as the rule of isolated pre-tokens knows them.
  static let hasSpaceByte = TokenTraits(rawValue: 1 << 1)
  static let hasInnerSpaceByte = TokenTraits(rawValue: 1 << 2)
  static let isAllSpaceBytes = TokenTraits(rawValue: 1 << 3)
  static let isLineFeed = TokenTraits(rawValue: 1 << 4)
  static let isTwoLineFeeds = TokenTraits(rawValue: 1 << 5)

  // Of characters.
  static let hasWhitespace = TokenTraits(rawValue: 1 << 6)
  static let hasInnerWhitespace = TokenTraits(rawValue: 1 << 7)
  static let beginsWithWhitespace = TokenTraits(rawValue: 1 << 8)
  static let isAllPunctuation = TokenTraits(rawValue: 1 << 9)
  static let isHyphen = TokenTraits(rawValue: 1 << 10)
  static let hasLineEnd = TokenTraits(rawValue: 1 << 11)
  /// What is left without quotes and brackets at the end ends a sentence before white space.
  static let endsSentence = TokenTraits(rawValue: 1 << 12)
  /// The same anywhere.
  static let endsWideSentence = TokenTraits(rawValue: 1 << 13)
  /// Nothing but closing quotes and brackets.
  static let isClosing = TokenTraits(rawValue: 1 << 14)

  init(rawValue: UInt16) { self.rawValue = rawValue }

  /// The traits of a token of text.
  init(_ surface: [UInt8]) {
    self = .isText
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x09 }
    if surface.contains(where: isSpace) { insert(.hasSpaceByte) }
    if surface.dropFirst().contains(where: isSpace) { insert(.hasInnerSpaceByte) }
    if surface.allSatisfy(isSpace) { insert(.isAllSpaceBytes) }
    if surface == [0x0A] { insert(.isLineFeed) }
    if surface == [0x0A, 0x0A] { insert(.isTwoLineFeeds) }
    addCharacters(Array(String(decoding: surface, as: UTF8.self).unicodeScalars))
  }

  private mutating func addCharacters(_ scalars: [Unicode.Scalar]) {
    let isWhite = scalars.map(ScalarProperties.isWhitespace)
    if isWhite.contains(true) { insert(.hasWhitespace) }
    if isWhite.dropFirst().contains(true) { insert(.hasInnerWhitespace) }
    if isWhite.first == true { insert(.beginsWithWhitespace) }
    if scalars.allSatisfy(ScalarProperties.isPunctuation) { insert(.isAllPunctuation) }
    if scalars == ["-"] { insert(.isHyphen) }
    if scalars.contains(where: { "\n\r\u{85}\u{2028}\u{2029}".unicodeScalars.contains($0) }) {
      insert(.hasLineEnd)
    }
    let closing = "\"')]}»”’›」』）】".unicodeScalars
    guard let last = scalars.last(where: { !closing.contains($0) }) else {
      insert(.isClosing)
      return
    }
    if ".!?…।؟".unicodeScalars.contains(last) { insert(.endsSentence) }
    if "。！？．".unicodeScalars.contains(last) { insert(.endsWideSentence) }
  }

  /// The traits of two tokens in one, as far as merged tokens are asked for them.
  func followed(by other: TokenTraits) -> TokenTraits {
    var result = union(other).intersection([.isText, .hasSpaceByte])
    result.formUnion(
      intersection(other).intersection([.isAllSpaceBytes, .isAllPunctuation]))
    if contains(.hasInnerSpaceByte) || other.contains(.hasSpaceByte) {
      result.insert(.hasInnerSpaceByte)
    }
    if contains(.isLineFeed), other.contains(.isLineFeed) { result.insert(.isTwoLineFeeds) }
    return result
  }
}
