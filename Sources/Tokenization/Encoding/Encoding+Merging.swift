extension Encoding {
  /// All encodings one after another.
  static func merged(_ encodings: [Encoding]) -> Encoding {
    var result = Encoding()
    for encoding in encodings { result.merge(encoding) }
    return result
  }

  /// Appends another encoding.
  ///
  /// Every overflowing part of either is combined with the other encoding and with every overflowing
  /// part of it, in the order of Hugging Face's `merge_with`.
  mutating func merge(_ other: Encoding) {
    var parts: [Encoding] = []
    for part in overflowing {
      for otherPart in [other] + other.overflowing {
        var combination = part
        combination.merge(otherPart)
        parts.append(combination)
      }
    }
    for otherPart in other.overflowing {
      var combination = self
      combination.merge(otherPart)
      parts.append(combination)
    }
    for (sequence, range) in other.sequenceRanges {
      sequenceRanges[sequence] = (range.lowerBound + count)..<(range.upperBound + count)
    }
    appendTokens(other)
    overflowing = parts
  }
}
