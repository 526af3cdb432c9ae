/// What offsets into a text count.
public enum OffsetUnit: Sendable, CaseIterable {
  /// Bytes of its UTF-8: what `Encoding.offsets` count.
  case byte
  /// Unicode scalars, which Python calls characters.
  case scalar
  /// Units of its UTF-16, which JavaScript, Java and Objective-C call characters.
  case utf16
  /// Extended grapheme clusters (UAX #29): Swift's `Character`.
  case character
}

extension Encoding {
  /// The offsets in another unit.
  ///
  /// A range that begins or ends inside a grapheme cluster is widened to whole ones; the other units
  /// always fit, since tokens stand for whole scalars.
  ///
  /// - Parameters:
  ///   - text: the text that was encoded.
  ///   - second: the second text of a pair; tokens of it count in it.
  /// - Complexity: O(length of the texts + number of tokens).
  public func offsets(
    in unit: OffsetUnit, of text: String, pairedWith second: String? = nil
  ) -> [Range<Int>] {
    guard unit != .byte else { return offsets }
    let places = [text, second ?? ""].map { TextPlaces($0, unit) }
    return zip(offsets, sequenceIDs).map { range, sequence in
      places[sequence ?? 0].convert(range)
    }
  }
}

/// The places of a text's bytes in another unit.
private struct TextPlaces {
  /// For each byte and for the end: the number of units that end at or before it.
  private var ended: [Int32] = [0]
  /// For each byte and for the end: the number of units that begin before it.
  private var begun: [Int32] = [0]

  init(_ text: String, _ unit: OffsetUnit) {
    ended.reserveCapacity(text.utf8.count + 1)
    begun.reserveCapacity(text.utf8.count + 1)
    switch unit {
    case .byte: for _ in text.utf8 { append(bytes: 1, units: 1) }
    case .scalar: for scalar in text.unicodeScalars { append(bytes: scalar.utf8.count, units: 1) }
    case .utf16:
      for scalar in text.unicodeScalars {
        append(bytes: scalar.utf8.count, units: Int32(scalar.utf16.count))
      }
    case .character: for character in text { append(bytes: character.utf8.count, units: 1) }
    }
  }

  private mutating func append(bytes: Int, units: Int32) {
    let before = ended[ended.count - 1]
    for index in 1...bytes {
      ended.append(index == bytes ? before + units : before)
      begun.append(before + units)
    }
  }

  func convert(_ range: Range<Int>) -> Range<Int> {
    guard !range.isEmpty else {
      return Int(ended[range.lowerBound])..<Int(ended[range.lowerBound])
    }
    return Int(ended[range.lowerBound])..<Int(begun[range.upperBound])
  }
}
