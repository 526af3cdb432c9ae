extension [UInt8] {
  /// The text with every occurrence of `pattern` replaced, from left to right.
  ///
  /// As in Rust's `str::replace`, an empty pattern occurs at both ends and between all characters.
  func replacing(_ pattern: some StringProtocol, with replacement: some StringProtocol) -> [UInt8] {
    let pattern = Array(pattern.utf8)
    let replacement = Array(replacement.utf8)
    var result: [UInt8] = []
    result.reserveCapacity(count)
    var position = 0
    while position < count {
      if pattern.isEmpty, !UTF8.isContinuation(self[position]) { result += replacement }
      if !pattern.isEmpty, self[position...].starts(with: pattern) {
        result += replacement
        position += pattern.count
      } else {
        result.append(self[position])
        position += 1
      }
    }
    return pattern.isEmpty ? result + replacement : result
  }
}
