/// A strict JSON parser (RFC 8259) that builds the table of a `JSONDocument`.
///
/// It refuses what the reference readers refuse: a byte-order mark, invalid UTF-8, control characters
/// and lone surrogates in strings, leading zeros, anything after the value. Nesting is followed on an
/// explicit stack and limited to 127 levels, as in serde_json.
struct JSONParser {
  /// The document; the parser lives no longer than the call that lends it.
  private let bytes: UnsafeBufferPointer<UInt8>
  private let source: String
  private(set) var nodes: [JSONNode] = []
  private var position = 0
  private var openContainers: [Int] = []

  static let maximumDepth = 127

  /// The fewest bytes that a value takes in files with many of them, as room is made for all at once.
  private static let usualValueLength = 8

  init(bytes: UnsafeBufferPointer<UInt8>, source: String) {
    self.bytes = bytes
    self.source = source
    nodes.reserveCapacity(bytes.count / Self.usualValueLength + 1)
  }

  mutating func parse() throws(JSONError) {
    guard bytes.count < Int(UInt32.max) else { throw error("the document is larger than 4 GiB") }
    try refuseImpostors()
    skipSpace()
    try parseValue()
    while let container = openContainers.last {
      try continueContainer(container)
    }
    skipSpace()
    if position < bytes.count { throw error("there is more text after the end of the JSON") }
  }

  /// Names what else people take for JSON.
  private func refuseImpostors() throws(JSONError) {
    if bytes.starts(with: "version https://git-lfs".utf8) {
      throw error("this is a Git LFS pointer, not the file; fetch it with `git lfs pull`")
    }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      throw error("a byte-order mark stands before the JSON")
    }
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      throw error("this is UTF-16; JSON must be UTF-8")
    }
  }

  // MARK: Values

  private mutating func parseValue() throws(JSONError) {
    guard let byte = current else { throw endOfInput() }
    switch byte {
    case UInt8(ascii: "{"): try open(.object)
    case UInt8(ascii: "["): try open(.array)
    case UInt8(ascii: "\""): try parseString()
    case UInt8(ascii: "t"): try parseWord("true", .bool)
    case UInt8(ascii: "f"): try parseWord("false", .bool)
    case UInt8(ascii: "n"): try parseWord("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try parseNumber()
    default: throw error("expected a JSON value")
    }
  }

  private mutating func open(_ kind: JSON.Kind) throws(JSONError) {
    guard openContainers.count < Self.maximumDepth else {
      throw error("values are nested more than \(Self.maximumDepth) levels deep")
    }
    openContainers.append(nodes.count)
    appendNode(kind, start: position)
    position += 1
  }

  /// Reads the next member or element of an open container, or its end.
  private mutating func continueContainer(_ container: Int) throws(JSONError) {
    let isObject = nodes[container].kind == .object
    let closing = isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")
    skipSpace()
    if current == closing {
      position += 1
      nodes[container].end = UInt32(position)
      nodes[container].next = UInt32(nodes.count)
      openContainers.removeLast()
      return
    }
    if nodes[container].childCount > 0 {
      guard current != nil else { throw endOfInput() }
      guard current == UInt8(ascii: ",") else {
        throw error(isObject ? "expected `,` or `}`" : "expected `,` or `]`")
      }
      position += 1
      skipSpace()
    }
    nodes[container].childCount += 1
    if isObject {
      guard current != nil else { throw endOfInput() }
      guard current == UInt8(ascii: "\"") else { throw error("expected a key in quotes") }
      try parseString()
      skipSpace()
      guard current != nil else { throw endOfInput() }
      guard current == UInt8(ascii: ":") else { throw error("expected `:` after the key") }
      position += 1
      skipSpace()
    }
    try parseValue()
  }

  private mutating func parseWord(_ word: StaticString, _ kind: JSON.Kind) throws(JSONError) {
    let end = position + word.utf8CodeUnitCount
    let isWord = word.withUTF8Buffer { text in
      end <= bytes.count && bytes[position..<end].elementsEqual(text)
    }
    guard isWord else { throw error("expected a JSON value") }
    appendNode(kind, start: position, end: end)
    position = end
  }

  private mutating func parseNumber() throws(JSONError) {
    let start = position
    if current == UInt8(ascii: "-") { position += 1 }
    if current == UInt8(ascii: "0") {
      position += 1
    } else {
      try skipDigits()
    }
    if current == UInt8(ascii: ".") {
      position += 1
      try skipDigits()
    }
    if let byte = current, byte | 0x20 == UInt8(ascii: "e") {
      position += 1
      if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
      try skipDigits()
    }
    appendNode(.number, start: start, end: position)
  }

  private mutating func skipDigits() throws(JSONError) {
    guard let first = current, isDigit(first) else { throw error("expected a digit") }
    while let byte = current, isDigit(byte) { position += 1 }
  }

  private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

  // MARK: Strings

  private mutating func parseString() throws(JSONError) {
    let start = position
    var hasEscapes = false
    var isASCII = true
    position += 1
    while true {
      guard let byte = current else { throw endOfInput() }
      position += 1
      // What most strings are made of comes first.
      if byte > UInt8(ascii: "\\"), byte < 0x80 { continue }
      if byte == UInt8(ascii: "\"") { break }
      if byte == UInt8(ascii: "\\") {
        hasEscapes = true
        try skipEscape()
      } else if byte < 0x20 {
        position -= 1
        throw error("a control character stands unescaped in a string")
      } else if byte >= 0x80 {
        isASCII = false
      }
    }
    if !isASCII { try checkUTF8(in: start..<position) }
    appendNode(.string, start: start, end: position, hasEscapes: hasEscapes)
  }

  private mutating func skipEscape() throws(JSONError) {
    guard let byte = current else { throw endOfInput() }
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
      UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      position += 1
    case UInt8(ascii: "u"):
      let unit = try hexadecimal(at: position + 1)
      position += 5
      if UTF16.isLeadSurrogate(unit) {
        guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
          bytes[position + 1] == UInt8(ascii: "u"),
          UTF16.isTrailSurrogate(try hexadecimal(at: position + 2))
        else { throw error("half of a surrogate pair stands alone in a string") }
        position += 6
      } else if UTF16.isTrailSurrogate(unit) {
        throw error("half of a surrogate pair stands alone in a string")
      }
    default: throw error("an unknown escape stands in a string")
    }
  }

  private func hexadecimal(at start: Int) throws(JSONError) -> UInt16 {
    guard start + 4 <= bytes.count else { throw endOfInput() }
    var unit: UInt16 = 0
    for byte in bytes[start..<(start + 4)] {
      guard let digit = Self.hexadecimalDigit(byte) else {
        throw error("`\\u` must be followed by four hexadecimal digits")
      }
      unit = unit << 4 | UInt16(digit)
    }
    return unit
  }

  private static func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  private func checkUTF8(in range: Range<Int>) throws(JSONError) {
    let text = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[range])
    if let offset = UTF8Validation.firstInvalidByte(in: text) {
      throw JSONError(
        source: source, offset: range.lowerBound + offset, message: "a string is not valid UTF-8")
    }
  }

  /// Resolves the escapes in a string's content that the parser has accepted.
  ///
  /// - Parameter output: has room for as many bytes as `content`; none becomes more.
  /// - Returns: how many bytes were written.
  static func unescape(
    _ content: UnsafeRawBufferPointer, into output: UnsafeMutableBufferPointer<UInt8>
  ) -> Int {
    var position = 0
    var count = 0
    func append(_ byte: UInt8) {
      output[count] = byte
      count += 1
    }
    func unit(at start: Int) -> UInt32 {
      (start..<(start + 4)).reduce(0) { $0 << 4 | UInt32(hexadecimalDigit(content[$1]) ?? 0) }
    }
    while position < content.count {
      let byte = content[position]
      position += 1
      guard byte == UInt8(ascii: "\\") else {
        append(byte)
        continue
      }
      let escape = content[position]
      position += 1
      switch escape {
      case UInt8(ascii: "b"): append(0x08)
      case UInt8(ascii: "f"): append(0x0C)
      case UInt8(ascii: "n"): append(0x0A)
      case UInt8(ascii: "r"): append(0x0D)
      case UInt8(ascii: "t"): append(0x09)
      case UInt8(ascii: "u"):
        var value = unit(at: position)
        position += 4
        if value & 0xFC00 == 0xD800 {
          value = 0x10000 + (value & 0x3FF) << 10 + (unit(at: position + 2) & 0x3FF)
          position += 6
        }
        if let scalar = Unicode.Scalar(value) { for byte in UTF8.encode(scalar)! { append(byte) } }
      default: append(escape)
      }
    }
    return count
  }

  // MARK: Helpers

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }

  private mutating func appendNode(
    _ kind: JSON.Kind, start: Int, end: Int = 0, hasEscapes: Bool = false
  ) {
    nodes.append(
      JSONNode(
        start: UInt32(start), end: UInt32(end), next: UInt32(nodes.count + 1), childCount: 0,
        kind: kind, hasEscapes: hasEscapes))
  }

  private func error(_ message: String) -> JSONError {
    if position >= bytes.count { return endOfInput() }
    return JSONError(source: source, offset: position, message: message)
  }

  private func endOfInput() -> JSONError {
    let message = bytes.isEmpty ? "the file is empty" : "the JSON ends too early"
    return JSONError(source: source, offset: bytes.count, message: message)
  }
}
