internal import Normalization

/// The words of hierarchical autoregressive transformers (Neitemeier et al. 2025), as the splitter
/// `hat-splitter` 0.1.10 makes them.
///
/// Unicode's words are cut further after every punctuation mark and where a capital follows a small letter;
/// then a word takes one space before it and the punctuation after it.
///
/// The rule is causal but for two oddities: the fraction slash U+2044 joins digits without being punctuation,
/// and white space with a combining mark or a format character on it is a word.
public struct HierarchicalWords: WordSplitting {
  public init() {}

  public var isCausal: Bool { true }

  public func forEachWord(
    in text: UnsafeBufferPointer<UInt8>, _ body: (_ word: Range<Int>, _ isSeparator: Bool) -> Void
  ) {
    WordBreakClass.table.withUnsafeBufferPointer { classes in
      guard let classes = classes.baseAddress else { return }
      let scanner = HierarchicalScanner(
        boundaries: WordBoundaryScanner(text: text, classes: classes))
      scanner.forEachWord { body($0, false) }
    }
  }

  public func lastCut(in text: UnsafeBufferPointer<UInt8>) -> Int? { cutAfterLine(in: text) }
}

/// One run of `HierarchicalWords` over a text.
struct HierarchicalScanner {
  let boundaries: WordBoundaryScanner

  /// What a part of a text is to the grouping.
  private enum Kind {
    case space, whitespace, punctuation, word

    /// Whether a part of this kind belongs to the group that ends with `last`.
    @inline(__always)
    func joins(_ last: Kind) -> Bool {
      switch (last, self) {
      case (.space, .word), (.space, .punctuation), (.word, .punctuation),
        (.punctuation, .punctuation):
        true
      default: false
      }
    }
  }

  private var text: UnsafeBufferPointer<UInt8> { boundaries.text }

  @inline(__always)
  func forEachWord(_ body: (Range<Int>) -> Void) {
    var start = 0
    var last = Kind.whitespace
    func add(_ position: Int, _ kind: Kind) {
      if !kind.joins(last), position > start {
        body(start..<position)
        start = position
      }
      last = kind
    }
    var position = 0
    while position < text.count {
      if let (end, kind) = plainPart(position) {
        add(position, kind)
        position = end
      } else {
        let end = boundaries.end(from: position)
        forEachPart(of: position..<end, add)
        position = end
      }
    }
    if start < text.count { body(start..<text.count) }
  }

  // MARK: Parts in ASCII

  /// The part that begins at a boundary, where ASCII alone tells it.
  ///
  /// A mark inside a word (`can't`) ends a part anyway, as punctuation does. So a part may end before the
  /// mark just as well, unless an extension of the mark follows, which is not ASCII.
  @inline(__always)
  private func plainPart(_ start: Int) -> (end: Int, kind: Kind)? {
    let first = text[start]
    guard first < 0x80 else { return nil }
    let flags = boundaries.classes[Int(first)]
    let next = start + 1
    switch flags & WordBreakClass.valueMask {
    case WordBreakClass.Value.letter:
      let end = endOfLetters(from: next)
      return isPlainEnd(end) ? (end, .word) : nil
    case WordBreakClass.Value.segmentSpace:
      guard next < text.count, text[next] < 0x80, text[next] != 0x20 else { return nil }
      return (next, .space)
    default:
      guard flags & WordBreakClass.kindMask == WordBreakClass.punctuation,
        next == text.count || text[next] < 0x80
      else { return nil }
      return (next, .punctuation)
    }
  }

  /// The end of a run of ASCII letters, which ends also where a capital follows a small letter.
  @inline(__always)
  private func endOfLetters(from start: Int) -> Int {
    var position = start
    while position < text.count {
      let byte = text[position]
      guard byte | 0x20 &- 0x61 < 26 else { break }
      if byte < 0x61, text[position - 1] >= 0x61 { break }
      position += 1
    }
    return position
  }

  /// Whether a run of letters surely is a part when it ends here.
  @inline(__always)
  private func isPlainEnd(_ end: Int) -> Bool {
    guard end < text.count else { return true }
    guard text[end] < 0x80 else { return false }
    switch boundaries.classes[Int(text[end])] & WordBreakClass.valueMask {
    case WordBreakClass.Value.numeric, WordBreakClass.Value.extendNumLet: return false
    case WordBreakClass.Value.midLetter, WordBreakClass.Value.midNumLet,
      WordBreakClass.Value.singleQuote:
      return end + 1 == text.count || text[end + 1] < 0x80
    default: return true
    }
  }

  // MARK: Any parts

  /// Cuts one of Unicode's words after punctuation and before capitals.
  private func forEachPart(of word: Range<Int>, _ add: (Int, Kind) -> Void) {
    var start = word.lowerBound
    var position = start
    var isAfterSmall = false
    while position < word.upperBound {
      let (flags, length) = boundaries.item(position)
      let kind = flags & WordBreakClass.kindMask
      if isAfterSmall, kind == WordBreakClass.capital {
        add(start, self.kind(of: start..<position))
        start = position
      }
      isAfterSmall = kind == WordBreakClass.small
      position += length
      if kind == WordBreakClass.punctuation {
        add(start, start + length == position ? .punctuation : .word)
        start = position
      }
    }
    if start < position { add(start, self.kind(of: start..<position)) }
  }

  /// The kind of a part without punctuation.
  private func kind(of part: Range<Int>) -> Kind {
    if text[part.lowerBound] == 0x20, part.count == 1 { return .space }
    let isLetter =
      (WordBreakClass.Value.letter...WordBreakClass.Value.katakana)
      .contains(boundaries.item(part.lowerBound).flags & WordBreakClass.valueMask)
    if isLetter { return .word }
    let scalars = UTF8Scalars(UnsafeBufferPointer(rebasing: text[part]))
    return scalars.allSatisfy { ScalarProperties.isWhitespace($0.scalar) } ? .whitespace : .word
  }
}
