/// The extended grapheme clusters (UAX #29) of a well-formed UTF-8 text, as byte ranges.
package struct GraphemeClusters: Sequence, IteratorProtocol {
  private let bytes: [UInt8]
  private var position = 0

  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  package mutating func next() -> Range<Int>? {
    guard position < bytes.count else { return nil }
    let start = position
    // Two ASCII characters are two clusters, except a line end of two.
    if bytes[start] < 0x80, start + 1 == bytes.count || bytes[start + 1] < 0x80 {
      let isLineEnd =
        bytes[start] == 0x0D && start + 1 < bytes.count && bytes[start + 1] == 0x0A
      position = start + (isLineEnd ? 2 : 1)
    } else {
      position = endOfCluster(from: start)
    }
    return start..<position
  }

  /// The next cluster that is not one ASCII character which `isPlain` is true for.
  mutating func next(skipping isPlain: (UInt8) -> Bool) -> Range<Int>? {
    while position + 1 < bytes.count, bytes[position] < 0x80, bytes[position + 1] < 0x80,
      bytes[position] != 0x0D, isPlain(bytes[position])
    {
      position += 1
    }
    return next()
  }

  private func endOfCluster(from start: Int) -> Int {
    // A window grows until it holds a whole cluster and the beginning of the next.
    var length = 32
    while true {
      var end = Swift.min(start + length, bytes.count)
      while end < bytes.count, UTF8.isContinuation(bytes[end]) { end += 1 }
      let text = String(decoding: bytes[start..<end], as: UTF8.self)
      let count = text.first?.utf8.count ?? 0
      if start + count < end || end == bytes.count { return start + count }
      length *= 2
    }
  }
}
