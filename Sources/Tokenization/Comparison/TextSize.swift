internal import Normalization

/// How long a text is, in the units that tokens are compared with.
public struct TextSize: Sendable, Equatable {
  public private(set) var bytes = 0
  /// Unicode scalars.
  public private(set) var characters = 0
  /// Runs of characters other than white space.
  public private(set) var words = 0

  private var isInWord = false
  /// The first bytes of a character whose last ones have not come yet.
  private var beginning: [UInt8] = []

  public init() {}

  /// Adds the next part of the text, which may end inside a character.
  ///
  /// - Parameter part: UTF-8.
  public mutating func add(_ part: [UInt8]) {
    bytes += part.count
    let text = beginning + part
    let end = Self.endOfLastCharacter(in: text)
    for (scalar, _) in UTF8Scalars(text[..<end]) {
      characters += 1
      let isSpace = ScalarProperties.isWhitespace(scalar)
      if !isSpace && !isInWord { words += 1 }
      isInWord = !isSpace
    }
    beginning = Array(text[end...])
  }

  /// Adds another text, of which this one is no continuation.
  public mutating func add(_ other: TextSize) {
    bytes += other.bytes
    characters += other.characters
    words += other.words
  }

  private static func endOfLastCharacter(in text: [UInt8]) -> Int {
    guard let lead = text.lastIndex(where: { !UTF8.isContinuation($0) }) else { return text.count }
    return lead + UTF8.sequenceLength(lead: text[lead]) <= text.count ? text.count : lead
  }
}
