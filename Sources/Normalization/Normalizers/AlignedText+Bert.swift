extension AlignedText {
  /// Drops control characters and makes every white-space character a space, as the first step of
  /// Hugging Face's `BertNormalizer`.
  mutating func cleanForBert() {
    filter { scalar in
      switch scalar.value {
      case 0x09, 0x0A, 0x0D: true
      case 0, 0xFFFD: false
      default: !ScalarProperties.isOther(scalar)
      }
    }
    map { ScalarProperties.isWhitespace($0) ? " " : $0 }
  }

  /// Puts a space on each side of every Chinese character.
  mutating func spaceChineseCharacters() {
    var changes: [ScalarChange] = []
    for scalar in bytes.scalars {
      if Self.isChinese(scalar) {
        changes.append(ScalarChange(scalar: " ", change: 0))
        changes.append(ScalarChange(scalar: scalar, change: 1))
        changes.append(ScalarChange(scalar: " ", change: 1))
      } else {
        changes.append(ScalarChange(scalar: scalar, change: 0))
      }
    }
    if changes.count > bytes.count(where: { !UTF8.isContinuation($0) }) { apply(changes) }
  }

  /// The blocks of ideographs that BERT takes apart. The gap before U+2B920 is the reference's.
  private static func isChinese(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0xF900...0xFAFF, 0x20000...0x2A6DF, 0x2A700...0x2B73F,
      0x2B740...0x2B81F, 0x2B920...0x2CEAF, 0x2F800...0x2FA1F:
      true
    default: false
    }
  }
}
