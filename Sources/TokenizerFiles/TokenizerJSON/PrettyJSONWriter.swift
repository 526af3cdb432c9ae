/// JSON as serde_json's pretty printer lays it out: two spaces, every member and element on a
/// line of its own, only what must be escaped escaped. Files come out byte for byte as Hugging
/// Face's library saves them.
struct PrettyJSONWriter {
  private(set) var bytes: [UInt8] = []
  /// For each open container, whether it has anything in it yet.
  private var containers: [Bool] = []
  private var followsKey = false

  // MARK: Containers

  mutating func object(_ members: (inout PrettyJSONWriter) -> Void) {
    container(UInt8(ascii: "{"), UInt8(ascii: "}"), members)
  }

  mutating func array(_ elements: (inout PrettyJSONWriter) -> Void) {
    container(UInt8(ascii: "["), UInt8(ascii: "]"), elements)
  }

  private mutating func container(
    _ opening: UInt8, _ closing: UInt8, _ content: (inout PrettyJSONWriter) -> Void
  ) {
    beginValue()
    bytes.append(opening)
    containers.append(false)
    content(&self)
    if containers.removeLast() { beginLine() }
    bytes.append(closing)
  }

  /// The key of the member whose value is written next.
  mutating func key(_ key: String) { self.key(Array(key.utf8)) }

  mutating func key(_ key: some Sequence<UInt8>) {
    beginValue()
    appendString(key)
    bytes.append(contentsOf: ": ".utf8)
    followsKey = true
  }

  // MARK: Scalars

  mutating func string(_ text: String) { string(text.utf8) }

  mutating func string(_ text: some Sequence<UInt8>) {
    beginValue()
    appendString(text)
  }

  mutating func optionalString(_ text: String?) { if let text { string(text) } else { null() } }

  mutating func bool(_ value: Bool) { raw(value ? "true" : "false") }

  mutating func int(_ value: some BinaryInteger) { raw(String(value)) }

  /// A number as ryu spells it: like Swift, but without `+` and zeros in the exponent.
  mutating func number(_ value: some BinaryFloatingPoint & LosslessStringConvertible) {
    let parts = String(value).split(separator: "e", maxSplits: 1)
    guard parts.count == 2, let exponent = Int(parts[1]) else { return raw(String(value)) }
    let mantissa = parts[0].hasSuffix(".0") ? parts[0].dropLast(2) : parts[0]
    raw("\(mantissa)e\(exponent)")
  }

  mutating func null() { raw("null") }

  private mutating func raw(_ text: String) {
    beginValue()
    bytes.append(contentsOf: text.utf8)
  }

  // MARK: Layout

  private mutating func beginValue() {
    if followsKey {
      followsKey = false
      return
    }
    guard let last = containers.indices.last else { return }
    if containers[last] { bytes.append(UInt8(ascii: ",")) }
    containers[last] = true
    beginLine()
  }

  private mutating func beginLine() {
    bytes.append(UInt8(ascii: "\n"))
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * containers.count))
  }

  private mutating func appendString(_ text: some Sequence<UInt8>) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text {
      switch byte {
      case UInt8(ascii: "\""): bytes.append(contentsOf: "\\\"".utf8)
      case UInt8(ascii: "\\"): bytes.append(contentsOf: "\\\\".utf8)
      case 0x08: bytes.append(contentsOf: "\\b".utf8)
      case 0x09: bytes.append(contentsOf: "\\t".utf8)
      case 0x0A: bytes.append(contentsOf: "\\n".utf8)
      case 0x0C: bytes.append(contentsOf: "\\f".utf8)
      case 0x0D: bytes.append(contentsOf: "\\r".utf8)
      case 0..<0x20:
        let digits = String(byte, radix: 16)
        bytes.append(contentsOf: ("\\u00" + (digits.count < 2 ? "0" : "") + digits).utf8)
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
