/// The alternatives of the word patterns over the bytes of a text.
///
/// Positions are byte offsets on scalar boundaries. A function named after an alternative returns the
/// end of its match, or `nil`.
struct WordScanner {
  // Safe: both buffers are lent for the time of one scan, and every read is bounded by their counts;
  // a class is looked up for scalars of well-formed UTF-8 only.
  let text: UnsafeBufferPointer<UInt8>
  let classes: UnsafeBufferPointer<UInt8>

  // MARK: Styles

  // Each returns the end of the match that begins at `start`, which is before the end of the text.

  @inline(__always)
  func gpt2(_ start: Int) -> Int {
    gpt2Contraction(start) ?? wordAfterSpace(start) ?? spaces(start)
  }

  @inline(__always)
  func cl100k(_ start: Int, longestNumber: Int, keepsLastSpace: Bool) -> Int {
    if let end = contraction(start) ?? wordAfterSign(start) { return end }
    if let end = number(start, longest: longestNumber) { return end }
    if let end = signs(start) { return newlines(from: end) }
    if keepsLastSpace, run(.space, from: start) == text.count { return text.count }
    return spacesToNewline(start) ?? spaces(start)
  }

  @inline(__always)
  func o200k(_ start: Int, longestNumber: Int, contractions: Bool) -> Int {
    if let end = casedWord(start) { return contractions ? contraction(end) ?? end : end }
    if let end = number(start, longest: longestNumber) { return end }
    if let end = signs(start) { return newlinesAndSlashes(from: end) }
    return spacesToNewline(start) ?? spaces(start)
  }

  // MARK: Scalars

  /// A scalar's classes and length.
  private struct Item {
    var classes: ScalarClasses
    var length: Int

    /// Neither letter, number nor space.
    var isSign: Bool { classes.isDisjoint(with: [.letter, .number, .space]) }
  }

  /// The scalar at `position`; `nil` at the end.
  @inline(__always)
  private func item(_ position: Int) -> Item? {
    guard position < text.count else { return nil }
    let lead = text[position]
    if lead < 0x80 { return Item(classes: ScalarClasses(rawValue: classes[Int(lead)]), length: 1) }
    let length = UTF8.sequenceLength(lead: lead)
    guard position + length <= text.count else { return Item(classes: [], length: 1) }
    var value = Int(lead) & (0x7F >> length)
    for offset in 1..<length { value = value << 6 | Int(text[position + offset] & 0x3F) }
    return Item(classes: ScalarClasses(rawValue: classes[min(value, 0x10_FFFF)]), length: length)
  }

  /// The end of the run of scalars from `start` that have any of the classes.
  @inline(__always)
  private func run(_ wanted: ScalarClasses, from start: Int) -> Int {
    var position = start
    while position < text.count {
      let byte = text[position]
      if byte < 0x80 {
        if classes[Int(byte)] & wanted.rawValue == 0 { break }
        position += 1
      } else {
        guard let item = item(position), !item.classes.isDisjoint(with: wanted) else { break }
        position += item.length
      }
    }
    return position
  }

  /// The end of the run of signs from `start`.
  @inline(__always)
  private func signRun(from start: Int) -> Int {
    var position = start
    while let item = item(position), item.isSign { position += item.length }
    return position
  }

  @inline(__always)
  private func isNewline(_ position: Int) -> Bool {
    text[position] == 0x0A || text[position] == 0x0D
  }

  // MARK: Contractions

  /// `'s|'t|'re|'ve|'m|'ll|'d`
  @inline(__always)
  private func gpt2Contraction(_ start: Int) -> Int? {
    guard text[start] == UInt8(ascii: "'") else { return nil }
    return contractionLetters(after: start + 1, ignoringCase: false)
  }

  /// `(?i:'s|'t|'re|'ve|'m|'ll|'d)`
  @inline(__always)
  private func contraction(_ start: Int) -> Int? {
    guard start < text.count, text[start] == UInt8(ascii: "'") else { return nil }
    // The long s (U+017F) is an s but for its case.
    if start + 2 < text.count, text[start + 1] == 0xC5, text[start + 2] == 0xBF { return start + 3 }
    return contractionLetters(after: start + 1, ignoringCase: true)
  }

  private func contractionLetters(after start: Int, ignoringCase: Bool) -> Int? {
    func letter(_ position: Int) -> UInt8 {
      guard position < text.count else { return 0 }
      return ignoringCase && text[position] < 0x80 ? text[position] | 0x20 : text[position]
    }
    switch (letter(start), letter(start + 1)) {
    case (UInt8(ascii: "s"), _), (UInt8(ascii: "t"), _), (UInt8(ascii: "m"), _),
      (UInt8(ascii: "d"), _):
      return start + 1
    case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
      (UInt8(ascii: "l"), UInt8(ascii: "l")):
      return start + 2
    default: return nil
    }
  }

  // MARK: Words, numbers and signs

  /// ` ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+`
  @inline(__always)
  private func wordAfterSpace(_ start: Int) -> Int? {
    let first = text[start] == 0x20 ? start + 1 : start
    guard let item = item(first) else { return nil }
    if item.classes.contains(.letter) { return run(.letter, from: first + item.length) }
    if item.classes.contains(.number) { return run(.number, from: first + item.length) }
    return item.isSign ? signRun(from: first + item.length) : nil
  }

  /// `[^\r\n\p{L}\p{N}]?\p{L}+`
  @inline(__always)
  private func wordAfterSign(_ start: Int) -> Int? {
    guard let first = item(start) else { return nil }
    if first.classes.contains(.letter) { return run(.letter, from: start + first.length) }
    guard !first.classes.contains(.number), !isNewline(start) else { return nil }
    let end = run(.letter, from: start + first.length)
    return end > start + first.length ? end : nil
  }

  /// `\p{N}{1,longest}`
  @inline(__always)
  private func number(_ start: Int, longest: Int) -> Int? {
    var position = start
    for _ in 0..<longest {
      guard let item = item(position), item.classes.contains(.number) else { break }
      position += item.length
    }
    return position > start ? position : nil
  }

  /// ` ?[^\s\p{L}\p{N}]+`
  @inline(__always)
  private func signs(_ start: Int) -> Int? {
    let first = text[start] == 0x20 ? start + 1 : start
    let end = signRun(from: first)
    return end > first ? end : nil
  }

  /// `[\r\n]*`
  @inline(__always)
  private func newlines(from start: Int) -> Int {
    var end = start
    while end < text.count, isNewline(end) { end += 1 }
    return end
  }

  /// `[\r\n/]*`
  @inline(__always)
  private func newlinesAndSlashes(from start: Int) -> Int {
    var end = start
    while end < text.count, isNewline(end) || text[end] == UInt8(ascii: "/") { end += 1 }
    return end
  }

  // MARK: White space

  /// `\s*[\r\n]+`
  private func spacesToNewline(_ start: Int) -> Int? {
    var end = run(.space, from: start)
    while end > start, !isNewline(end - 1) { end -= 1 }
    return end > start ? end : nil
  }

  /// `\s+(?!\S)|\s+`: all white space at the end of the text, all but the last before anything else.
  private func spaces(_ start: Int) -> Int {
    let end = run(.space, from: start)
    if end == text.count { return end }
    var last = end - 1
    while last > start, UTF8.isContinuation(text[last]) { last -= 1 }
    // What is no white space either has been matched before, so this makes progress.
    return last > start ? last : max(end, start + 1)
  }

  // MARK: Words by case

  /// The two word alternatives of o200k without their contractions: small letters after capitals, then
  /// capitals alone, each after an optional sign.
  private func casedWord(_ start: Int) -> Int? {
    guard let first = item(start) else { return nil }
    let canLead = first.classes.isDisjoint(with: [.letter, .number]) && !isNewline(start)
    let afterSign = canLead ? start + first.length : start
    if let end = smallsAfterCapitals(afterSign) { return end }
    // A mark may lead a word or belong to it.
    if canLead, let end = smallsAfterCapitals(start) { return end }
    return capitals(afterSign) ?? (canLead ? capitals(start) : nil)
  }

  /// `[capitals]+[smalls]*`
  @inline(__always)
  private func capitals(_ start: Int) -> Int? {
    let capitals = run(.upper, from: start)
    return capitals > start ? run(.lower, from: capitals) : nil
  }

  /// `[capitals]*[smalls]+`, where modifier letters, other letters and marks are both: the capitals take
  /// what they can and give back what the smalls need.
  @inline(__always)
  private func smallsAfterCapitals(_ start: Int) -> Int? {
    let capitals = run(.upper, from: start)
    let end = run(.lower, from: capitals)
    if end > capitals { return end }
    var position = capitals
    while position > start {
      position -= 1
      while position > start, UTF8.isContinuation(text[position]) { position -= 1 }
      if let item = item(position), item.classes.contains(.lower) {
        return run(.lower, from: position)
      }
    }
    return nil
  }
}
