extension Encoding {
  /// Keeps at most `length` tokens. The rest becomes overflowing parts of that length, each beginning
  /// with the last `stride` tokens of the one before it.
  ///
  /// - Throws: `TokenizerError.strideTooLong` when a part would not get any further.
  mutating func truncate(
    to length: Int, stride: Int, from direction: TextEnd
  ) throws(TokenizerError) {
    guard length < count else { return }
    guard length > 0 else {
      let all = self
      self = Encoding()
      overflowing = [all]
      return
    }
    guard stride < length else { throw .strideTooLong(stride: stride, length: length) }
    var parts = Self.parts(of: count, length: length, step: length - stride, direction).map {
      tokens(in: $0)
    }
    self = parts.removeFirst()
    overflowing = parts
  }

  /// The ranges of the parts, beginning at the end that is kept.
  private static func parts(
    of count: Int, length: Int, step: Int, _ direction: TextEnd
  ) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    for offset in Swift.stride(from: 0, to: count, by: step) {
      let part =
        direction == .right
        ? offset..<min(offset + length, count)
        : max(0, count - offset - length)..<(count - offset)
      parts.append(part)
      if direction == .right ? part.upperBound == count : part.lowerBound == 0 { break }
    }
    return parts
  }
}

extension Truncation {
  /// How many tokens the texts may have together when special tokens are put around them.
  ///
  /// - Throws: `TokenizerError` when that many special tokens do not fit, or when a part would not get
  ///   any further than its stride.
  func roomForTexts(beside specialTokenCount: Int) throws(TokenizerError) -> Int {
    let room = maximumLength - specialTokenCount
    guard room >= 0 else {
      throw .noRoomForSpecialTokens(count: specialTokenCount, length: maximumLength)
    }
    guard stride == 0 || stride < room else { throw .strideTooLong(stride: stride, length: room) }
    return room
  }

  /// Cuts the encodings of one text or of a pair.
  ///
  /// - Parameter length: the most tokens that the texts may have together.
  func apply(to encodings: inout [Encoding], length: Int) throws(TokenizerError) {
    let total = encodings.reduce(0) { $0 + $1.count }
    guard total > length else { return }
    if length == 0 {
      for index in encodings.indices { try cut(&encodings[index], to: 0) }
      return
    }
    switch strategy {
    case .longestFirst:
      let lengths = Self.lengths(of: encodings.map(\.count), limit: length)
      for index in encodings.indices { try cut(&encodings[index], to: lengths[index]) }
    case .onlyFirst, .onlySecond:
      let index = strategy == .onlyFirst ? 0 : 1
      guard index < encodings.count else { throw .missingSecondText }
      let rest = encodings[index].count - (total - length)
      guard rest > 0 else { throw .textTooShortToTruncate }
      try cut(&encodings[index], to: rest)
    }
  }

  private func cut(_ encoding: inout Encoding, to length: Int) throws(TokenizerError) {
    try encoding.truncate(to: length, stride: stride, from: direction)
  }

  /// How long each text may be: the shorter one keeps its length as long as the other is not cut to
  /// less, otherwise each gets half.
  private static func lengths(of counts: [Int], limit: Int) -> [Int] {
    guard counts.count == 2, let shorter = counts.min() else { return [limit] }
    let longer = max(shorter, limit - shorter)
    let fits = shorter <= limit && shorter + longer <= limit
    let lengths = fits ? (shorter, longer) : (limit / 2, limit / 2 + limit % 2)
    return counts[0] <= counts[1] ? [lengths.0, lengths.1] : [lengths.1, lengths.0]
  }
}
