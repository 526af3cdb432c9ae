/// The fast way from text to ids for SentencePiece's unigram models.
///
/// Units that have occurred before cost one look-up, wherever in a text they stand. The reference sums
/// scores over the whole text in single precision, so that what stands before a unit can decide, by
/// rounding, how it is cut. A unit is therefore kept in two ways: by itself, with the greatest score
/// before it up to which rounding cannot matter, and for a class of scores before it that all round alike.
struct SpacedUnigramEngine: Sendable {
  private let cutting: SpaceCutting
  private let search: UnigramSearch<Float>
  /// The tokens of the 256 bytes; empty where unknown characters are not spelled with them.
  private let byteIDs: [TokenID]
  /// More than any way through a unit of `longestUnit` bytes adds to a score.
  private let reach: Float

  /// The most bytes of a unit that is kept for a class of scores.
  private static let longestUnit = 128
  /// From which score on hardly any unit is safe from rounding.
  private static let distantScore: Float = 0x1p18

  /// - Returns: `nil` for a model whose units depend on one another.
  init?(
    _ definition: SentencePieceDefinition, _ table: PieceTable, _ search: UnigramSearch<Float>
  ) {
    guard let cutting = SpaceCutting(definition, table) else { return nil }
    self.cutting = cutting
    self.search = search
    byteIDs = table.byteIDs
    reach = search.greatestScore * Float(Self.longestUnit + 1)
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
      if abs(score) < Self.distantScore {
        let key = WordTable.key(unit, start, end)
        let first = scratch.ids.count
        if !scratch.words.find(key, unit, start, into: &scratch.ids) {
          guard encodeAlone(key, unit, start, word, end, &scratch) else { return false }
        }
        if accept(&score, &scratch.ids, from: first) { return true }
      }
      return encodeInClass(unit, start, word, end, &score, &scratch)
    }
    if !isDone { scratch.ids.count = count }
    return isDone
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

  // MARK: Units by themselves

  /// Takes what the table has for a unit by itself: its ids, and behind them its limit.
  ///
  /// - Returns: whether the limit holds; if not, nothing is left of it.
  @inline(__always)
  private func accept(
    _ score: inout Float, _ ids: inout RawList<TokenID>, from first: Int
  ) -> Bool {
    ids.count -= 1
    guard abs(score) <= Float(bitPattern: ids.base[ids.count]) else {
      ids.count = first
      return false
    }
    for index in first..<ids.count { score = search.score(ids.base[index]) + score }
    return true
  }

  /// Appends the ids of a unit by itself and its limit, and keeps them.
  ///
  /// - Returns: whether the unit can be cut without those beside it.
  @inline(never)
  private func encodeAlone(
    _ key: WordTable.Key, _ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ word: Int,
    _ end: Int, _ scratch: inout EncodingScratch
  ) -> Bool {
    guard cutting.spell(text, start, word, end, into: &scratch.word) else { return false }
    let unit = UnsafeBufferPointer(scratch.word.elements)
    let first = scratch.ids.count
    var isTold = true
    search.forEachPart(of: unit, &scratch.lattice) { part in
      // Unknown characters side by side are one token, and with byte fallback several: such ids do
      // not tell the pieces that are scored.
      if part.id == search.unknownID {
        let isBehindUnknown =
          scratch.ids.count > first && scratch.ids.base[scratch.ids.count - 1] == part.id
        if isBehindUnknown || !byteIDs.isEmpty { isTold = false }
      }
      scratch.ids.append(part.id)
    }
    if !isTold { scratch.ids.count = first }
    // Below zero it never holds.
    let limit = isTold ? limit(scratch.lattice, length: unit.count) : -1
    scratch.ids.append(limit.bitPattern)
    scratch.words.insert(
      key, text, start, UnsafeBufferPointer(rebasing: scratch.ids.elements[first...]))
    return true
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

  // MARK: Units behind a class of scores

  /// Encodes a unit by what the table has for the class of the score before it: its ids, and behind
  /// them what it adds to the score.
  ///
  /// All scores between two powers of two are multiples of one unit in the last place, and a sum that
  /// stays between them is rounded to such a multiple: up or down by the same amount whatever the
  /// score, but for ties, which go to the even one. So all sums of a unit, and what is greater than
  /// what, are the same for all scores of one sign and exponent whose last bit is the same.
  @inline(__always)
  private func encodeInClass(
    _ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ word: Int, _ end: Int,
    _ score: inout Float, _ scratch: inout EncodingScratch
  ) -> Bool {
    guard staysInClass(score) else { return encodeNew(text, start, word, end, &score, &scratch) }
    let signAndExponent = score.bitPattern >> 23
    let classOfScore = 1 << 15 | signAndExponent << 1 | score.bitPattern & 1
    let key = WordTable.key(text, start, end, variant: UInt16(classOfScore))
    if scratch.words.find(key, text, start, into: &scratch.ids) {
      scratch.ids.count -= 1
      score += Float(bitPattern: scratch.ids.base[scratch.ids.count])
      return true
    }
    let before = score
    let first = scratch.ids.count
    guard encodeNew(text, start, word, end, &score, &scratch) else { return false }
    guard scratch.word.count <= Self.longestUnit else { return true }
    scratch.ids.append((score - before).bitPattern)
    scratch.words.insert(
      key, text, start, UnsafeBufferPointer(rebasing: scratch.ids.elements[first...]))
    scratch.ids.count -= 1
    return true
  }

  /// Whether all sums of a unit stay between the powers of two on both sides of the score before it.
  @inline(__always)
  private func staysInClass(_ score: Float) -> Bool {
    let magnitude = abs(score)
    let exponent = magnitude.bitPattern >> 23
    return score.isFinite && (magnitude - reach).bitPattern >> 23 == exponent
      && (magnitude + reach).bitPattern >> 23 == exponent
  }
}
