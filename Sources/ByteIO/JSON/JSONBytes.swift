/// JSON on its way out as bytes, for rows of which there are many: no part of one becomes a text first.
public struct JSONBytes: Sendable {
  /// What has been written so far.
  public private(set) var bytes: [UInt8] = []

  public init() {}

  /// Appends brackets, keys and commas as they stand.
  public mutating func append(_ syntax: StaticString) {
    syntax.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }

  /// Appends a whole number that is not negative.
  public mutating func append(number: some FixedWidthInteger) {
    var digits: InlineArray<20, UInt8> = .init(repeating: 0)
    var first = 20
    var rest = UInt64(number)
    repeat {
      first -= 1
      digits[first] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    } while rest > 0
    while first < 20 {
      bytes.append(digits[first])
      first += 1
    }
  }

  /// Appends the two ends of a range as a list.
  public mutating func append(range: Range<Int>) {
    append("[")
    append(number: range.lowerBound)
    append(",")
    append(number: range.upperBound)
    append("]")
  }

  /// Appends a string in quotes, with only what must be escaped escaped; invalid UTF-8 is replaced by
  /// U+FFFD.
  public mutating func append(string text: some Collection<UInt8>) {
    bytes.append(UInt8(ascii: "\""))
    let isDone = text.withContiguousStorageIfAvailable { utf8 in
      let isValid = UTF8Validation.firstInvalidByte(in: UnsafeRawBufferPointer(utf8)) == nil
      if isValid { append(characters: utf8) }
      return isValid
    }
    if isDone != true { append(characters: String(decoding: text, as: UTF8.self).utf8) }
    bytes.append(UInt8(ascii: "\""))
  }

  /// Appends a list on one line.
  public mutating func appendList<Elements: Sequence>(
    _ elements: Elements, _ append: (inout JSONBytes, Elements.Element) -> Void
  ) {
    bytes.append(UInt8(ascii: "["))
    var isFirst = true
    for element in elements {
      if !isFirst { bytes.append(UInt8(ascii: ",")) }
      isFirst = false
      append(&self, element)
    }
    bytes.append(UInt8(ascii: "]"))
  }

  /// Forgets what has been written, and keeps the memory.
  public mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

  /// Appends the bytes of a well-formed text. What is escaped is one byte long.
  private mutating func append(characters utf8: some Sequence<UInt8>) {
    for byte in utf8 {
      switch byte {
      case UInt8(ascii: "\""): append(#"\""#)
      case UInt8(ascii: "\\"): append(#"\\"#)
      case UInt8(ascii: "\n"): append(#"\n"#)
      case UInt8(ascii: "\r"): append(#"\r"#)
      case UInt8(ascii: "\t"): append(#"\t"#)
      case 0..<0x20, 0x7F:
        append(#"\u00"#)
        for digit in [byte >> 4, byte & 15] {
          bytes.append(digit + UInt8(ascii: digit < 10 ? "0" : "W"))
        }
      default: bytes.append(byte)
      }
    }
  }
}
