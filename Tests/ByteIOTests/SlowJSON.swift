/// JSON as RFC 8259 writes its grammar, one function for each rule: slow, recursive, and plain to see
/// that it is right.
struct SlowJSON {
  private let text: [UInt8]
  private var position = 0

  /// Whether `text` is one JSON value, in UTF-8 and without lone surrogates.
  static func accepts(_ text: [UInt8]) -> Bool {
    guard let string = String(validating: text, as: UTF8.self) else { return false }
    var parser = SlowJSON(text: Array(string.utf8))
    parser.space()
    guard parser.value() else { return false }
    parser.space()
    return parser.position == text.count
  }

  private init(text: [UInt8]) { self.text = text }

  private mutating func value() -> Bool {
    if take("{") { return list(until: "}") { $0.member() } }
    if take("[") { return list(until: "]") { $0.value() } }
    if take("\"") { return string() }
    if take("true") || take("false") || take("null") { return true }
    return number()
  }

  private mutating func list(until end: String, _ element: (inout SlowJSON) -> Bool) -> Bool {
    space()
    if take(end) { return true }
    while true {
      space()
      guard element(&self) else { return false }
      space()
      if take(end) { return true }
      guard take(",") else { return false }
    }
  }

  private mutating func member() -> Bool {
    guard take("\""), string() else { return false }
    space()
    guard take(":") else { return false }
    space()
    return value()
  }

  /// The rest of a string after its opening quote.
  private mutating func string() -> Bool {
    while position < text.count {
      if take("\"") { return true }
      if take("\\u") {
        guard let unit = unit() else { return false }
        switch unit {
        case 0xD800...0xDBFF:
          guard take("\\u"), let second = self.unit(), (0xDC00...0xDFFF).contains(second) else {
            return false
          }
        case 0xDC00...0xDFFF: return false
        default: break
        }
      } else if take("\\") {
        guard ["\"", "\\", "/", "b", "f", "n", "r", "t"].contains(where: { take($0) }) else {
          return false
        }
      } else {
        guard text[position] >= 0x20 else { return false }
        position += 1
      }
    }
    return false
  }

  private mutating func unit() -> UInt32? {
    guard position + 4 <= text.count else { return nil }
    let digits = String(decoding: text[position..<(position + 4)], as: UTF8.self)
    guard digits.allSatisfy(\.isHexDigit) else { return nil }
    position += 4
    return UInt32(digits, radix: 16)
  }

  private mutating func number() -> Bool {
    _ = take("-")
    if !take("0"), digits() == 0 { return false }
    if take("."), digits() == 0 { return false }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      if digits() == 0 { return false }
    }
    return true
  }

  private mutating func digits() -> Int {
    let start = position
    while position < text.count, (0x30...0x39).contains(text[position]) { position += 1 }
    return position - start
  }

  private mutating func space() {
    while take(" ") || take("\n") || take("\r") || take("\t") {}
  }

  private mutating func take(_ token: String) -> Bool {
    guard text[position...].starts(with: token.utf8) else { return false }
    position += token.utf8.count
    return true
  }
}
