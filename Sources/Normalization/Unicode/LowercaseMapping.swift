/// Full lower-case mappings without context (Rust's `char::to_lowercase`, Unicode 17).
enum LowercaseMapping {
  /// The lower case of `scalar`, or the scalar itself.
  ///
  /// One character has a lower case of two: U+0130, whose second is `dotAbove`.
  static func first(of scalar: Unicode.Scalar) -> Unicode.Scalar {
    let value = scalar.value
    if value < 0x80 { return value &- 0x41 < 26 ? Unicode.Scalar(UInt8(value) | 0x20) : scalar }
    if value == 0x130 { return "i" }
    var low = 0
    var high = runs.count
    while low < high {
      let middle = (low + high) / 2
      if runs[middle].last < value { low = middle + 1 } else { high = middle }
    }
    guard low < runs.count, value >= runs[low].first,
      (value - runs[low].first) % runs[low].step == 0
    else { return scalar }
    return Unicode.Scalar(value &+ runs[low].distance) ?? scalar
  }

  /// What follows the lower case of U+0130.
  static let dotAbove: Unicode.Scalar = "\u{307}"

  private static let runs = stride(from: 0, to: CaseTables.lowercase.count, by: 4).map {
    let table = CaseTables.lowercase
    return (first: table[$0], last: table[$0 + 1], step: table[$0 + 2], distance: table[$0 + 3])
  }
}
