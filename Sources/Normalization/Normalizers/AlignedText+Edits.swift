extension AlignedText {
  /// Replaces each scalar by its full lower-case mapping, without context, as Rust's
  /// `char::to_lowercase`.
  mutating func lowercase() {
    guard bytes.contains(where: { $0 >= 0x80 || $0 &- 0x41 < 26 }) else { return }
    var changes: [ScalarChange] = []
    changes.reserveCapacity(bytes.count)
    for scalar in bytes.scalars {
      changes.append(ScalarChange(scalar: LowercaseMapping.first(of: scalar), change: 0))
      if scalar.value == 0x130 {
        changes.append(ScalarChange(scalar: LowercaseMapping.dotAbove, change: 1))
      }
    }
    apply(changes)
  }

  /// Drops the scalars for which `keep` is false.
  mutating func filter(_ keep: (Unicode.Scalar) -> Bool) {
    var changes: [ScalarChange] = []
    var droppedAtStart = 0
    for scalar in bytes.scalars {
      if keep(scalar) {
        changes.append(ScalarChange(scalar: scalar, change: 0))
      } else if changes.isEmpty {
        droppedAtStart += 1
      } else {
        changes[changes.count - 1].change -= 1
      }
    }
    apply(changes, dropping: droppedAtStart)
  }

  /// Replaces each scalar by another.
  mutating func map(_ transform: (Unicode.Scalar) -> Unicode.Scalar) {
    guard bytes.scalars.contains(where: { transform($0) != $0 }) else { return }
    apply(bytes.scalars.map { ScalarChange(scalar: transform($0), change: 0) })
  }

  /// Drops white space at the chosen ends.
  mutating func strip(left: Bool, right: Bool) {
    let spaces = bytes.scalars.map(ScalarProperties.isWhitespace)
    let leading = left ? spaces.prefix { $0 }.count : 0
    let trailing = right ? spaces.reversed().prefix { $0 }.count : 0
    guard leading + trailing > 0 else { return }
    var index = -1
    filter { _ in
      index += 1
      return index >= leading && index < spaces.count - trailing
    }
  }

  /// Puts `prefix` in front of a non-empty text; it stands for what the first scalar stands for.
  public mutating func prepend(_ prefix: String) {
    guard !bytes.isEmpty else { return }
    var result = builder(capacity: bytes.count + prefix.utf8.count)
    for scalar in prefix.unicodeScalars { result.append(scalar, origin: originOfByte(0)) }
    result.append(self, 0..<bytes.count)
    adopt(result)
  }

  /// Replaces every match; a replacement stands for what the last replaced byte stands for.
  mutating func replace(_ matcher: TextMatcher, with replacement: String)
    throws(NormalizationError)
  {
    let matches = try matcher.matches(in: bytes[...])
    guard !matches.isEmpty else { return }
    var result = builder(capacity: bytes.count)
    var position = 0
    for match in matches {
      result.append(self, position..<match.lowerBound)
      let origin = match.upperBound == 0 ? emptyStart : originOfByte(match.upperBound - 1)
      for scalar in replacement.unicodeScalars { result.append(scalar, origin: origin) }
      position = match.upperBound
    }
    result.append(self, position..<bytes.count)
    adopt(result)
  }

  /// Replaces every space by `mark`.
  public mutating func replaceSpaces(by mark: Unicode.Scalar) {
    map { $0 == " " ? mark : $0 }
  }

  /// Spells every byte as its character of the byte alphabet.
  public mutating func spellBytes() {
    var result = builder(capacity: bytes.count * 2)
    for (index, byte) in bytes.enumerated() {
      result.append(ByteAlphabet.scalar(for: byte), origin: originOfByte(index))
    }
    adopt(result)
  }
}
