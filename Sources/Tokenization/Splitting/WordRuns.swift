internal import Normalization

/// Runs of word characters, and runs of what is neither a word character nor white space: what
/// Hugging Face's `Whitespace` finds with `\w+|[^\w\s]+`.
enum WordRuns {
  private enum Kind { case word, space, other }

  static func ranges(in bytes: ArraySlice<UInt8>) -> [Range<Int>] {
    var result: [Range<Int>] = []
    var last = Kind.space
    for (scalar, range) in UTF8Scalars(bytes) {
      let kind = kind(of: scalar)
      if kind != .space {
        if kind == last {
          result[result.count - 1] = result[result.count - 1].lowerBound..<range.upperBound
        } else {
          result.append(range)
        }
      }
      last = kind
    }
    return result
  }

  private static func kind(of scalar: Unicode.Scalar) -> Kind {
    if ScalarProperties.isWord(scalar) { return .word }
    return ScalarProperties.isWhitespace(scalar) ? .space : .other
  }
}
