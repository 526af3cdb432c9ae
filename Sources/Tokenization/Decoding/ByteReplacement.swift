extension ArraySlice<UInt8> {
  /// Appends the text with every occurrence of `pattern`, which is not empty, replaced, from left to
  /// right.
  func replacing(_ pattern: [UInt8], with replacement: [UInt8], into result: inout [UInt8]) {
    let lead = pattern[0]
    var position = startIndex
    while position < endIndex {
      if self[position] == lead, self[position...].starts(with: pattern) {
        result += replacement
        position += pattern.count
      } else {
        result.append(self[position])
        position += 1
      }
    }
  }
}

extension [UInt8] {
  /// The text with every occurrence of `pattern` replaced, from left to right.
  ///
  /// As in Rust's `str::replace`, an empty pattern occurs at both ends and between all characters.
  func replacing(_ pattern: some StringProtocol, with replacement: some StringProtocol) -> [UInt8] {
    let replacement = Array(replacement.utf8)
    var result: [UInt8] = []
    result.reserveCapacity(count)
    if !pattern.isEmpty {
      self[...].replacing(Array(pattern.utf8), with: replacement, into: &result)
      return result
    }
    for byte in self {
      if !UTF8.isContinuation(byte) { result += replacement }
      result.append(byte)
    }
    return result + replacement
  }
}
