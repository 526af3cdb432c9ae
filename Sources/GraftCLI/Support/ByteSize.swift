internal import ArgumentParser

/// A number of bytes as people write it: `800M`, `4G`, `1.5GiB`.
struct ByteSize: ExpressibleByArgument, CustomStringConvertible {
  let bytes: Int

  init(bytes: Int) { self.bytes = bytes }

  init?(argument: String) {
    let digits = argument.prefix { $0.isNumber || $0 == "." }
    var unit = argument.dropFirst(digits.count).uppercased()
    if unit.hasSuffix("IB") { unit.removeLast(2) } else if unit.hasSuffix("B") { unit.removeLast() }
    let exponents = ["": 0, "K": 1, "M": 2, "G": 3, "T": 4]
    guard let number = Double(digits), let exponent = exponents[unit] else { return nil }
    let bytes = number * Double(1 << (10 * exponent))
    guard bytes >= 1, bytes < Double(1 << 60) else { return nil }
    self.init(bytes: Int(bytes))
  }

  /// The size in the largest unit in which it is at least 1.
  var description: String {
    let units = ["bytes", "KB", "MB", "GB", "TB"]
    var value = Double(bytes)
    var unit = 0
    while value >= 1024, unit + 1 < units.count {
      value /= 1024
      unit += 1
    }
    return (unit == 0 ? String(bytes) : value.rounded(to: value < 10 ? 1 : 0)) + " " + units[unit]
  }

  var defaultValueDescription: String { description }
}

extension Int {
  /// The number with its digits in groups of three.
  var grouped: String {
    let digits = String(magnitude)
    var result = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { result += "," }
      result.append(digit)
    }
    return (self < 0 ? "-" : "") + result
  }
}
