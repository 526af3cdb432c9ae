extension AlignedText {
  /// Replaces what a character map replaces, as Hugging Face's `Precompiled`.
  ///
  /// A grapheme cluster of fewer than six bytes is looked up as a whole, and replaced as a whole even
  /// if the map has only its beginning; longer ones, and those that are not in the map, go scalar by
  /// scalar. This is the reference's reading of SentencePiece, quirks included.
  mutating func replace(by map: CharacterMap) {
    var changes = MappedChanges(bytes)
    var clusters = GraphemeClusters(bytes)
    while let cluster = clusters.next(skipping: map.keepsAlone) {
      if cluster.count < 6, let replacement = map.replacement(for: bytes[cluster]) {
        changes.replace(cluster, by: replacement)
        continue
      }
      for (_, range) in UTF8Scalars(bytes[cluster]) {
        if let replacement = map.replacement(for: bytes[range]) {
          changes.replace(range, by: replacement)
        }
      }
    }
    if let list = changes.finish() { apply(list) }
  }
}

/// The changes that a character map makes to a text, in the reference's notation.
private struct MappedChanges {
  private let bytes: [UInt8]
  private var list: [ScalarChange] = []
  /// How far the text is in the list; what is kept goes into it with the next thing that is not.
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Scalars beyond those replaced count as inserted. Where there are fewer, the last one, even one of
  /// an earlier replacement, takes the dropped ones along; with none before it they stay uncounted.
  mutating func replace(_ old: Range<Int>, by new: ArraySlice<UInt8>) {
    keep(upTo: old.lowerBound)
    position = old.upperBound
    let surplus = new.count(where: Self.isLead) - bytes[old].count(where: Self.isLead)
    list += UTF8Scalars(new).lazy.map { ScalarChange(scalar: $0.scalar, change: 0) }
    if surplus > 0 {
      for index in list.indices.suffix(surplus) { list[index].change = 1 }
    } else if surplus < 0, !list.isEmpty {
      list[list.count - 1].change += surplus
    }
  }

  /// The changes to the whole text; `nil` where nothing is replaced.
  consuming func finish() -> [ScalarChange]? {
    guard position > 0 else { return nil }
    keep(upTo: bytes.count)
    return list
  }

  private mutating func keep(upTo end: Int) {
    list += UTF8Scalars(bytes[position..<end]).lazy.map {
      ScalarChange(scalar: $0.scalar, change: 0)
    }
    position = end
  }

  private static func isLead(_ byte: UInt8) -> Bool { !UTF8.isContinuation(byte) }
}
