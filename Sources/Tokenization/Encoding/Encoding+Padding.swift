extension Encoding {
  /// Fills every encoding, and what overflows from it, up to the length that `padding` says.
  static func pad(_ encodings: inout [Encoding], _ padding: Padding) {
    let target = padding.target(longest: encodings.map(\.count).max() ?? 0)
    for index in encodings.indices { encodings[index].pad(to: target, padding) }
  }

  /// Fills up to `target` tokens; an encoding that has as many is left as it is.
  private mutating func pad(to target: Int, _ padding: Padding) {
    for index in overflowing.indices { overflowing[index].pad(to: target, padding) }
    let missing = target - count
    guard missing > 0 else { return }
    var filling = Encoding()
    for _ in 0..<missing {
      filling.append(
        padding.id, padding.token.utf8, 0..<0, word: nil, typeID: padding.typeID, isSpecial: true,
        isPadding: true)
    }
    if padding.direction == .right {
      appendTokens(filling)
      return
    }
    filling.appendTokens(self)
    filling.sequenceRanges = sequenceRanges.mapValues {
      ($0.lowerBound + missing)..<($0.upperBound + missing)
    }
    filling.overflowing = overflowing
    self = filling
  }
}
