/// A set of scalars that answers in constant time for the first 65,536 and in logarithmic time beyond.
struct ScalarSet: Sendable {
  /// The first code points of alternating runs inside and outside the set.
  let bounds: [UInt32]
  /// A bit for each of the first 65,536 code points.
  private let bits: [UInt64]

  init(bounds: [UInt32]) {
    self.bounds = bounds
    var bits = [UInt64](repeating: 0, count: 0x10000 / 64)
    for index in stride(from: 0, to: bounds.count, by: 2) {
      let end = index + 1 < bounds.count ? bounds[index + 1] : 0x10000
      for value in bounds[index]..<Swift.max(bounds[index], Swift.min(end, 0x10000))
      where value < 0x10000 {
        bits[Int(value / 64)] |= 1 << UInt64(value % 64)
      }
    }
    self.bits = bits
  }

  func contains(_ scalar: Unicode.Scalar) -> Bool {
    let value = scalar.value
    if value < 0x10000 { return bits[Int(value / 64)] >> UInt64(value % 64) & 1 != 0 }
    var low = 0
    var high = bounds.count
    while low < high {
      let middle = (low + high) / 2
      if bounds[middle] <= value { low = middle + 1 } else { high = middle }
    }
    return low % 2 == 1
  }

  /// The runs of the set as ranges of code points.
  var ranges: [ClosedRange<UInt32>] {
    stride(from: 0, to: bounds.count, by: 2).map { index in
      let end = index + 1 < bounds.count ? bounds[index + 1] : 0x110000
      return bounds[index]...(end - 1)
    }
  }
}

/// A number for every scalar, from a table of runs.
///
/// Each entry of the table is the first code point of a run times 256, plus the number.
struct ScalarMap: Sendable {
  let runs: [UInt32]

  subscript(scalar: Unicode.Scalar) -> UInt8 {
    let key = scalar.value << 8 | 0xFF
    var low = 0
    var high = runs.count
    while low < high {
      let middle = (low + high) / 2
      if runs[middle] <= key { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? 0 : UInt8(truncatingIfNeeded: runs[low - 1])
  }
}
