/// The fast way from text to ids for SentencePiece's unigram models.
///
/// Units that have occurred before cost one look-up. The reference sums scores over the whole text in
/// single precision, so that what stands before a unit can decide, by rounding, how it is cut: a unit is
/// kept with the greatest score before it up to which rounding cannot matter, and cut anew beyond that.
struct SpacedUnigramEngine: Sendable {
  private let cutting: SpaceCutting
  private let search: UnigramSearch<Float>
  /// The tokens of the 256 bytes; empty where unknown characters are not spelled with them.
  private let byteIDs: [TokenID]

  /// - Returns: `nil` for a model whose units depend on one another.
  init?(
    _ definition: SentencePieceDefinition, _ table: PieceTable, _ search: UnigramSearch<Float>
  ) {
    guard let cutting = SpaceCutting(definition, table) else { return nil }
    self.cutting = cutting
    self.search = search
    byteIDs = table.byteIDs
  }

  /// Appends the ids of a text to `scratch.ids`.
  ///
  /// - Returns: whether the text is of the kind that this engine can encode; if not, nothing is appended.
  func encode(_ text: UnsafeBufferPointer<UInt8>, _ scratch: inout EncodingScratch) -> Bool {
    let count = scratch.ids.count
    // The score of the text so far, rounded as the reference rounds it.
    var score: Float = 0
    let isDone = cutting.forEachUnit(in: text) { unit, start, word, end in
      guard end - start <= WordTable.maximumLength else {
        return encodeNew(unit, start, word, end, &score, &scratch)
      }
      let key = WordTable.key(unit, start, end)
      let first = scratch.ids.count
      if scratch.words.find(key, unit, start, into: &scratch.ids) {
        if accept(&score, &scratch.ids, from: first) { return true }
        return encodeNew(unit, start, word, end, &score, &scratch)
      }
      guard encodeNew(unit, start, word, end, &score, &scratch) else { return false }
      keep(key, unit, start, &scratch)
      return true
    }
    if !isDone { scratch.ids.count = count }
    return isDone
  }

  /// Takes what the table has for a unit: its limit and then its ids.
  ///
  /// - Returns: whether the limit holds; if not, nothing is left of it.
  @inline(__always)
  private func accept(
    _ score: inout Float, _ ids: inout RawList<TokenID>, from first: Int
  ) -> Bool {
    guard abs(score) <= Float(bitPattern: ids.base[first]) else {
      ids.count = first
      return false
    }
    for index in first..<(ids.count - 1) {
      let id = ids.base[index + 1]
      score = search.score(id) + score
      ids.base[index] = id
    }
    ids.count -= 1
    return true
  }

  @inline(never)
  private func encodeNew(
    _ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ word: Int, _ end: Int,
    _ score: inout Float, _ scratch: inout EncodingScratch
  ) -> Bool {
    guard cutting.spell(text, start, word, end, into: &scratch.word) else { return false }
    let unit = UnsafeBufferPointer(scratch.word.elements)
    var position = 0
    var isBehindUnknown = false
    search.forEachPart(of: unit, from: score, &scratch.lattice) { part in
      let isUnknown = part.id == search.unknownID
      if isUnknown, !byteIDs.isEmpty {
        for byte in unit[position..<(position + part.length)] {
          scratch.ids.append(byteIDs[Int(byte)])
        }
      } else if !isUnknown || !isBehindUnknown {
        scratch.ids.append(part.id)
      }
      isBehindUnknown = isUnknown
      position += part.length
    }
    score = scratch.lattice.score
    return true
  }

  /// Keeps the unit that `encodeNew` has just encoded, if its ids tell its pieces.
  private func keep(
    _ key: WordTable.Key, _ text: UnsafeBufferPointer<UInt8>, _ start: Int,
    _ scratch: inout EncodingScratch
  ) {
    let unit = UnsafeBufferPointer(scratch.word.elements)
    // The limit comes first.
    var entry: [TokenID] = [0]
    var isTold = true
    search.forEachPart(of: unit, &scratch.lattice) { part in
      // Unknown characters side by side are one token, and with byte fallback several.
      if part.id == search.unknownID, entry.last == part.id || !byteIDs.isEmpty { isTold = false }
      entry.append(part.id)
    }
    let limit = limit(scratch.lattice, length: unit.count)
    guard isTold, limit > 0 else { return }
    entry[0] = limit.bitPattern
    entry.withUnsafeBufferPointer { scratch.words.insert(key, text, start, $0) }
  }

  /// Up to which score before it a unit is cut as if it stood alone.
  ///
  /// Each of at most `length` sums is rounded by at most 2⁻²⁴ of its magnitude, so that two scores
  /// at one place that are `leastLead` apart cannot change sides while twice the sum of these errors,
  /// here and there, is less.
  private func limit(_ lattice: borrowing UnigramLattice<Float>, length: Int) -> Float {
    let rounding = Float(length + 1) * 0x1p-24
    return lattice.leastLead / (2.5 * rounding) - 2.5 * lattice.magnitude
  }
}
