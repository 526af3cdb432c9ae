internal import Normalization

/// Where a tokenizer's work on a text falls apart into its work on two parts.
///
/// A cut lies between a letter and the white space after it. The rule exists for a tokenizer when
/// it is proven from its definition (`CutProof`) that for every text A that ends before a cut and every
/// B that begins after it the tokens of AB are those of A, followed by those of xB without those of
/// x, where x is the letter: the letter keeps B from being taken for the beginning of a text.
struct CutRule: Sendable {
  /// The white space before which texts are cut.
  var spaces: Set<UInt8>
  /// Whether the letter and its neighbours must be ASCII: those are alike in every Unicode form.
  var needsASCII: Bool
  /// Letters that a token of the model may carry on from into white space.
  var blockedLetters: Set<Unicode.Scalar> = []
  /// Whether the words on both sides of a cut are two.
  var separatesWords = true

  /// Whether a text can be cut at `position`, which needs two bytes on either side.
  func isCut(at position: Int, in text: ArraySlice<UInt8>) -> Bool {
    guard spaces.contains(text[position]), position - 2 >= text.startIndex,
      position + 1 < text.endIndex
    else { return false }
    let letter = text[position - 1]
    if letter < 0x80 {
      guard letter | 0x20 &- 0x61 < 26, !blockedLetters.contains(Unicode.Scalar(letter)) else {
        return false
      }
      return !needsASCII || text[position - 2] < 0x80 && text[position + 1] | 0x20 &- 0x61 < 26
    }
    guard !needsASCII, let scalar = Self.scalar(before: position, in: text) else { return false }
    return Self.isPlainLetter(scalar) && !blockedLetters.contains(scalar)
  }

  /// The last cut in `range`; `nil` when there is none.
  func lastCut(in text: ArraySlice<UInt8>, _ range: Range<Int>) -> Int? {
    range.last { isCut(at: $0, in: text) }
  }

  /// The first cut in `range`; `nil` when there is none.
  func firstCut(in text: ArraySlice<UInt8>, _ range: Range<Int>) -> Int? {
    range.first { isCut(at: $0, in: text) }
  }

  /// The letter before a cut.
  static func letter(before cut: Int, in text: ArraySlice<UInt8>) -> [UInt8] {
    var start = cut - 1
    while start > text.startIndex, UTF8.isContinuation(text[start]) { start -= 1 }
    return Array(text[start..<cut])
  }

  private static func scalar(
    before position: Int, in text: ArraySlice<UInt8>
  ) -> Unicode.Scalar? {
    let letter = letter(before: position, in: text)
    guard letter.count == UTF8.sequenceLength(lead: letter[0]) else { return nil }
    var scalars = UTF8Scalars(letter)
    return scalars.next()?.scalar
  }

  /// Letters in the widest use that no Unicode normalization form and no lower case turns into
  /// anything but letters, and that join nothing that follows.
  static func isPlainLetter(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x130: false
    case 0x41...0x5A, 0x61...0x7A, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x17F, 0x391...0x3A1,
      0x3B1...0x3C9, 0x410...0x44F, 0x5D0...0x5EA, 0x621...0x63A, 0x641...0x64A, 0x905...0x928,
      0xE01...0xE2E, 0x3041...0x3096, 0x30A1...0x30FA, 0x4E00...0x9FA5, 0xAC00...0xD7A3:
      true
    default: false
    }
  }
}
