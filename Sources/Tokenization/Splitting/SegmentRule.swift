internal import Normalization

/// Where a text can be cut before it is normalized without changing its words.
///
/// Most segments of a text have occurred before; whoever only counts words sends each different one
/// through the pipeline once. The rules hold for spaces in ASCII, at which normalization forms, case
/// and accents do not interact.
enum SegmentRule: Sendable {
  /// Nowhere.
  case none
  /// At white space, which the pre-tokenizer drops.
  case atWhitespace
  /// Before every space, where a word begins.
  case beforeSpaces
  /// Before a space that stands alone between characters that are no spaces. The word patterns begin
  /// a word there; runs of white space they divide by what follows.
  case beforeLoneSpaces

  init(_ normalizer: Normalizer?, _ preTokenizer: PreTokenizer?) {
    guard Self.isLocal(normalizer) else {
      self = .none
      return
    }
    switch preTokenizer {
    case .whitespaceSplit, .whitespace, .bert: self = .atWhitespace
    case .metaspace(_, _, split: true): self = .beforeSpaces
    case .byteLevel(_, _, useRegex: true): self = .beforeLoneSpaces
    case .sequence(let parts): self = Self.isWordPattern(parts) ? .beforeLoneSpaces : .none
    default: self = .none
    }
  }

  /// Whether the parts are a word pattern and the byte alphabet.
  private static func isWordPattern(_ parts: [PreTokenizer]) -> Bool {
    guard parts.count == 2, case .split(let pattern, .isolated, inverted: false) = parts[0],
      case .byteLevel(addPrefixSpace: false, _, useRegex: false) = parts[1]
    else { return false }
    return pattern.isWordPattern
  }

  /// Whether a normalizer does to the parts of a text around a space what it does to the whole.
  private static func isLocal(_ normalizer: Normalizer?) -> Bool {
    switch normalizer {
    case nil, .nfc, .nfd, .nfkc, .nfkd, .lowercase, .stripAccents, .bert: true
    case .sequence(let parts): parts.allSatisfy(isLocal)
    default: false
    }
  }

  /// Calls `body` with the segments of a text that have words, from left to right.
  func forEachSegment(
    of text: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void
  ) {
    var start = 0
    func cut(at end: Int) {
      if end > start { body(UnsafeRawBufferPointer(rebasing: text[start..<end])) }
    }
    switch self {
    case .none: break
    case .atWhitespace:
      for (position, byte) in text.enumerated()
      where byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
        cut(at: position)
        start = position + 1
      }
    case .beforeSpaces:
      for (position, byte) in text.enumerated() where byte == 0x20 {
        cut(at: position)
        start = position
      }
    case .beforeLoneSpaces:
      for (position, byte) in text.enumerated()
      where byte == 0x20 && Self.isLoneSpace(position, in: text) {
        cut(at: position)
        start = position
      }
    }
    cut(at: text.count)
  }

  private static func isLoneSpace(_ position: Int, in text: UnsafeRawBufferPointer) -> Bool {
    guard position > 0, position + 1 < text.count else { return false }
    var previous = position - 1
    while previous > 0, UTF8.isContinuation(text[previous]) { previous -= 1 }
    return isSurelyNoSpace(previous, in: text) && isSurelyNoSpace(position + 1, in: text)
  }

  /// Whether the character at `position` is known not to be white space by its first two bytes.
  private static func isSurelyNoSpace(_ position: Int, in text: UnsafeRawBufferPointer) -> Bool {
    switch text[position] {
    case 0x00...0x20, 0x7F: false
    // U+0085, U+00A0; U+2000 … U+205F; U+3000.
    case 0xC2, 0xE2, 0xE3: false
    // U+1680.
    case 0xE1: text[position + 1] != 0x9A
    default: true
    }
  }
}
