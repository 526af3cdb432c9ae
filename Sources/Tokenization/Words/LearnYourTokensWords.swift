internal import Normalization

/// The words of "Learn Your Tokens" (Thawani et al. 2023): what white space separates, and single marks.
///
/// The rule drops line feeds, `=`, `<unk>` and `@-@` (traces of WikiText's notation) like spaces; here they
/// are separators. At the ends of a text all white space is dropped, in between only the space. It looks
/// ahead (`--`, `<unk>`), so that it is not causal.
public struct LearnYourTokensWords: WordSplitting {
  /// The two generations of the authors' program.
  public enum Generation: String, Sendable, CaseIterable {
    /// The classes from the time of the paper: `: , ; . ! ' -- ?` stand alone.
    case paper
    /// The later common class: also `-`, `{` and `}`. (That class then drops every word with an ASCII
    /// letter, a left-over that is not reproduced.)
    case unified
  }
  public let generation: Generation

  public init(_ generation: Generation = .paper) { self.generation = generation }

  public var isCausal: Bool { false }

  public func forEachWord(
    in text: UnsafeBufferPointer<UInt8>, _ body: (_ word: Range<Int>, _ isSeparator: Bool) -> Void
  ) {
    let content = trimmed(text)
    var start = 0
    var isSeparator = true
    func flush(to end: Int) {
      if end > start { body(start..<end, isSeparator) }
      start = end
    }
    flush(to: content.lowerBound)
    isSeparator = false
    var position = start
    while position < content.upperBound {
      if let length = separator(text, position) {
        if !isSeparator { flush(to: position) }
        isSeparator = true
        position += length
        continue
      }
      if isSeparator { flush(to: position) }
      isSeparator = false
      if let length = mark(text, position) {
        flush(to: position)
        position += length
        flush(to: position)
      } else {
        position += 1
      }
    }
    flush(to: content.upperBound)
    isSeparator = true
    flush(to: text.count)
  }

  /// What is left without the separators and the white space at both ends.
  private func trimmed(_ text: UnsafeBufferPointer<UInt8>) -> Range<Int> {
    var start = 0
    while start < text.count {
      guard let length = separator(text, start) ?? whitespace(text, start) else { break }
      start += length
    }
    var end = start
    var position = start
    while position < text.count {
      if let length = separator(text, position) ?? whitespace(text, position) {
        position += length
      } else {
        position += UTF8.sequenceLength(lead: text[position])
        end = position
      }
    }
    return start..<end
  }

  /// The length of what counts as a space at a position.
  private func separator(_ text: UnsafeBufferPointer<UInt8>, _ position: Int) -> Int? {
    switch text[position] {
    case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "="): 1
    case UInt8(ascii: "<"): text[position...].starts(with: "<unk>".utf8) ? 5 : nil
    case UInt8(ascii: "@"): text[position...].starts(with: "@-@".utf8) ? 3 : nil
    default: nil
    }
  }

  /// What Python's `str.strip` drops: white space and the four information separators.
  private func whitespace(_ text: UnsafeBufferPointer<UInt8>, _ position: Int) -> Int? {
    let lead = text[position]
    if lead < 0x80 { return (9...13).contains(lead) || (28...32).contains(lead) ? 1 : nil }
    var scalars = UTF8Scalars(UnsafeBufferPointer(rebasing: text[position...]))
    guard let (scalar, range) = scalars.next(), ScalarProperties.isWhitespace(scalar) else {
      return nil
    }
    return range.count
  }

  /// The length of a mark that stands alone.
  private func mark(_ text: UnsafeBufferPointer<UInt8>, _ position: Int) -> Int? {
    switch text[position] {
    case UInt8(ascii: ":"), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "."),
      UInt8(ascii: "!"), UInt8(ascii: "'"), UInt8(ascii: "?"):
      return 1
    case UInt8(ascii: "-"):
      if generation == .unified { return 1 }
      return position + 1 < text.count && text[position + 1] == UInt8(ascii: "-") ? 2 : nil
    case UInt8(ascii: "{"), UInt8(ascii: "}"): return generation == .unified ? 1 : nil
    default: return nil
    }
  }

  /// After a line feed between two visible ASCII characters: nothing is trimmed on either side.
  public func lastCut(in text: UnsafeBufferPointer<UInt8>) -> Int? {
    func isVisible(_ byte: UInt8) -> Bool {
      (0x21..<0x7F).contains(byte) && separatorBytes.contains(byte) == false
    }
    guard text.count > 2 else { return nil }
    return (2..<text.count).last {
      text[$0 - 1] == 0x0A && isVisible(text[$0]) && isVisible(text[$0 - 2])
    }
  }

  /// What separators begin or end with.
  private var separatorBytes: [UInt8] { Array("=<>@".utf8) }
}
