/// Numbers as serde_json reads them by default.
///
/// It scales a 64-bit whole number once by a power of ten, so that the last bit may differ from the
/// nearest double. Sums of scores that are equal for the reference must be equal here too.
enum SerdeNumber {
  /// The value of a well-formed JSON number; `nil` when it is too large.
  static func parse(_ text: some Collection<UInt8>) -> Double? {
    var significand: UInt64 = 0
    var exponent = 0
    var isFraction = false
    var isFull = false
    var rest = text[...]
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative { rest = rest.dropFirst() }
    while let byte = rest.first, byte != UInt8(ascii: "e"), byte != UInt8(ascii: "E") {
      rest = rest.dropFirst()
      if byte == UInt8(ascii: ".") {
        isFraction = true
        continue
      }
      let (product, isTooLarge) = significand.multipliedReportingOverflow(by: 10)
      let (sum, carries) = product.addingReportingOverflow(UInt64(byte & 0x0F))
      // Digits that do not fit are dropped: before the point they count as zeros.
      isFull = isFull || isTooLarge || carries
      if !isFull { significand = sum }
      if isFull != isFraction { exponent += isFull ? 1 : -1 }
    }
    if !rest.isEmpty { exponent += self.exponent(rest.dropFirst()) }
    guard let value = scaled(Double(significand), by: exponent) else { return nil }
    return isNegative ? -value : value
  }

  /// An exponent; large ones are all alike.
  private static func exponent(_ text: some Collection<UInt8>) -> Int {
    let limit = 1_000_000
    var value = 0
    for byte in text where byte != UInt8(ascii: "+") && byte != UInt8(ascii: "-") {
      value = min(value * 10 + Int(byte & 0x0F), limit)
    }
    return text.first == UInt8(ascii: "-") ? -value : value
  }

  private static func scaled(_ value: Double, by exponent: Int) -> Double? {
    var value = value
    var exponent = exponent
    while exponent < -308 {
      if value == 0 { return 0 }
      value /= 1e308
      exponent += 308
    }
    if exponent > 308 { return value == 0 ? 0 : nil }
    value = exponent < 0 ? value / powersOfTen[-exponent] : value * powersOfTen[exponent]
    return value.isFinite ? value : nil
  }

  /// The doubles nearest to the powers of ten.
  private static let powersOfTen: [Double] = (0...308).map { Double("1e\($0)") ?? .infinity }

  /// The value that a finite number is read as when it has been written.
  static func nearest(_ value: Double) -> Double {
    var json = PrettyJSONWriter()
    json.number(value)
    return parse(json.bytes) ?? value
  }
}
