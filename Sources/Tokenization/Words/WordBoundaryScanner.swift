internal import Normalization

/// The word boundaries of Unicode (UAX #29, Unicode 16) over the bytes of a text.
///
/// Positions are byte offsets on scalar boundaries.
struct WordBoundaryScanner {
  // Safe: both buffers are lent for the time of one scan; reads of the text are bounded by its count, and
  // a class is looked up for scalars of well-formed UTF-8 only.
  let text: UnsafeBufferPointer<UInt8>
  let classes: UnsafePointer<UInt8>

  private typealias Value = WordBreakClass.Value

  /// The class and the length of the scalar at `position`, which is before the end of the text.
  @inline(__always)
  func item(_ position: Int) -> (flags: UInt8, length: Int) {
    let lead = text[position]
    if lead < 0x80 { return (classes[Int(lead)], 1) }
    func low(_ offset: Int) -> Int { Int(text[position + offset] & 0x3F) }
    if lead < 0xE0 { return (classes[Int(lead & 0x1F) << 6 | low(1)], 2) }
    if lead < 0xF0 { return (classes[Int(lead & 0x0F) << 12 | low(1) << 6 | low(2)], 3) }
    let value = Int(lead & 0x07) << 18 | low(1) << 12 | low(2) << 6 | low(3)
    return (classes[value], 4)
  }

  /// What the rules have to remember of the scalars before a position.
  private struct Context {
    /// The value of the last scalar that is no extension (WB4).
    var value: UInt8
    /// The value of the last scalar.
    var last: UInt8
    /// Whether the last regional indicator has no partner yet.
    var isUnpaired: Bool
  }

  /// The first boundary after `start`, which is a boundary before the end of the text.
  func end(from start: Int) -> Int {
    let first = item(start)
    let value = first.flags & WordBreakClass.valueMask
    var position = start + first.length
    if value >= Value.carriageReturn {
      let isPair = value == Value.carriageReturn && position < text.count && text[position] == 0x0A
      return isPair ? position + 1 : position
    }
    var context = Context(
      value: value, last: value, isUnpaired: value == Value.regionalIndicator)
    while position < text.count {
      let (flags, length) = item(position)
      guard let next = joined(context, flags, position, length) else { return position }
      let value = flags & WordBreakClass.valueMask
      // WB3c, WB3d and WB4 join without regard to what stood before.
      if value == Value.extend || value == Value.joiner {
        context.last = value
      } else {
        context = Context(
          value: next.value, last: next.value,
          isUnpaired: value == Value.regionalIndicator && !context.isUnpaired)
      }
      position = next.end
    }
    return position
  }

  /// Where the joined part ends when there is no boundary before the scalar at `position`, and the value
  /// that then stands last.
  @inline(__always)
  private func joined(
    _ context: Context, _ flags: UInt8, _ position: Int, _ length: Int
  ) -> (end: Int, value: UInt8)? {
    let value = flags & WordBreakClass.valueMask
    let end = position + length
    switch value {
    case Value.extend, Value.joiner: return (end, context.value)  // WB4
    case Value.carriageReturn, Value.lineFeed, Value.newline: return nil  // WB3b
    case Value.segmentSpace: return context.last == Value.segmentSpace ? (end, value) : nil  // WB3d
    default: break
    }
    if context.last == Value.joiner, flags & WordBreakClass.pictograph != 0 {  // WB3c
      return (end, value)
    }
    let isAfterLetter = context.value == Value.letter || context.value == Value.hebrewLetter
    switch value {
    case Value.letter, Value.hebrewLetter:  // WB5, WB10, WB13b
      let joins =
        isAfterLetter || context.value == Value.numeric || context.value == Value.extendNumLet
      return joins ? (end, value) : nil
    case Value.numeric:  // WB8, WB9, WB13b
      let joins =
        isAfterLetter || context.value == Value.numeric || context.value == Value.extendNumLet
      return joins ? (end, value) : nil
    case Value.katakana:  // WB13, WB13b
      let joins = context.value == Value.katakana || context.value == Value.extendNumLet
      return joins ? (end, value) : nil
    case Value.extendNumLet:  // WB13a
      return (Value.letter...Value.extendNumLet).contains(context.value) ? (end, value) : nil
    case Value.regionalIndicator:  // WB15, WB16
      let joins = context.value == Value.regionalIndicator && context.isUnpaired
      return joins ? (end, value) : nil
    case Value.midLetter: return isAfterLetter ? letter(after: end) : nil  // WB6, WB7
    case Value.midNum: return context.value == Value.numeric ? number(after: end) : nil  // WB11
    case Value.midNumLet, Value.singleQuote:  // WB6, WB7, WB7a, WB11, WB12
      if isAfterLetter, let joined = letter(after: end) { return joined }
      if context.value == Value.numeric { return number(after: end) }
      let isHebrewQuote = value == Value.singleQuote && context.value == Value.hebrewLetter
      return isHebrewQuote ? (end, value) : nil
    case Value.doubleQuote:  // WB7b, WB7c
      return context.value == Value.hebrewLetter
        ? scalar(after: end) { $0 == Value.hebrewLetter } : nil
    default: return nil
    }
  }

  private func letter(after position: Int) -> (end: Int, value: UInt8)? {
    scalar(after: position) { $0 == Value.letter || $0 == Value.hebrewLetter }
  }

  private func number(after position: Int) -> (end: Int, value: UInt8)? {
    scalar(after: position) { $0 == Value.numeric }
  }

  /// The end and the value of the next scalar that is no extension, if it is one that is asked for.
  private func scalar(
    after start: Int, where isWanted: (UInt8) -> Bool
  ) -> (end: Int, value: UInt8)? {
    var position = start
    while position < text.count {
      let (flags, length) = item(position)
      let value = flags & WordBreakClass.valueMask
      position += length
      if value == Value.extend || value == Value.joiner { continue }
      return isWanted(value) ? (position, value) : nil
    }
    return nil
  }
}
