internal import Normalization

extension Encoding {
  /// Narrows the offsets of each token by the white space that its spelling begins and ends with, as
  /// the reference's byte-level post-processor does.
  ///
  /// A single space at the very beginning may have been put there by the pre-tokenizer; with
  /// `addPrefixSpace` it is not subtracted.
  mutating func trimOffsets(addPrefixSpace: Bool, in text: [UInt8]) {
    func isSpace(_ scalar: Unicode.Scalar) -> Bool {
      scalar == ByteAlphabet.scalar(for: 0x20) || ScalarProperties.isWhitespace(scalar)
    }
    for index in ids.indices {
      let scalars = UTF8Scalars(tokens[index]).map(\.scalar)
      var leading = scalars.prefix(while: isSpace).count
      let trailing = scalars.reversed().prefix(while: isSpace).count
      guard leading + trailing > 0 else { continue }
      var range = offsets[index]
      let isFirst = index == 0 || range.lowerBound == 0
      if isFirst, addPrefixSpace, leading == 1 { leading = 0 }
      // The reference counts in scalars of the original text.
      let starts = UTF8Scalars(text[range]).map(\.range.lowerBound) + [range.upperBound]
      let first = min(leading, starts.count - 1)
      range = starts[first]..<range.upperBound
      // It leaves the end alone where fewer scalars than that precede it in the whole text.
      if trailing > 0, text.hasScalars(trailing, before: range.upperBound) {
        range = range.lowerBound..<starts[max(starts.count - 1 - trailing, first)]
      }
      offsets[index] = range
    }
  }
}

extension [UInt8] {
  /// Whether at least `count` scalars of the text begin before `end`.
  fileprivate func hasScalars(_ count: Int, before end: Int) -> Bool {
    var remaining = count
    for byte in self[..<end] where !UTF8.isContinuation(byte) {
      remaining -= 1
      if remaining == 0 { return true }
    }
    return remaining <= 0
  }
}
