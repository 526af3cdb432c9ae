extension AlignedText {
  /// Replaces what a character map replaces, as Hugging Face's `Precompiled`.
  ///
  /// A grapheme cluster of fewer than six bytes is looked up as a whole, and replaced as a whole even
  /// if the map has only its beginning; longer ones, and those that are not in the map, go scalar by
  /// scalar. This is the reference's reading of SentencePiece, quirks included.
  mutating func replace(by map: CharacterMap) {
    var changes = MappedChanges()
    for cluster in GraphemeClusters(bytes) {
      if cluster.count < 6, let replacement = map.replacement(for: bytes[cluster]) {
        changes.replace(bytes[cluster], by: replacement)
        continue
      }
      for (scalar, range) in UTF8Scalars(bytes[cluster]) {
        if let replacement = map.replacement(for: bytes[range]) {
          changes.replace(bytes[range], by: replacement)
        } else {
          changes.list.append(ScalarChange(scalar: scalar, change: 0))
        }
      }
    }
    if changes.isModified { apply(changes.list) }
  }
}

/// The changes that a character map makes, in the reference's notation.
private struct MappedChanges {
  var list: [ScalarChange] = []
  private(set) var isModified = false

  /// Scalars beyond those replaced count as inserted. Where there are fewer, the last one, even one of
  /// an earlier replacement, takes the dropped ones along; with none before it they stay uncounted.
  mutating func replace(_ old: ArraySlice<UInt8>, by new: ArraySlice<UInt8>) {
    isModified = true
    let surplus = new.count(where: Self.isLead) - old.count(where: Self.isLead)
    list += UTF8Scalars(new).map { ScalarChange(scalar: $0.scalar, change: 0) }
    if surplus > 0 {
      for index in list.indices.suffix(surplus) { list[index].change = 1 }
    } else if surplus < 0, !list.isEmpty {
      list[list.count - 1].change += surplus
    }
  }

  private static func isLead(_ byte: UInt8) -> Bool { !UTF8.isContinuation(byte) }
}
