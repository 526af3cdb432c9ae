internal import Normalization

/// The fast way from text to ids for byte-level BPE with a splitting pattern that is matched by hand.
///
/// It works on the bytes of the text as they stand: there is no normalized copy, no spelling in the byte
/// alphabet, and words that have occurred before cost one look-up. `TextPipeline` is its oracle.
struct ByteLevelEngine: Sendable {
  private let pattern: WordPattern
  private let merges: PairTable
  private let byteIDs: ConstantTable<TokenID>
  /// Tokens by their bytes, where a word that is a token is taken whole.
  private let wholeTokens: Vocabulary?

  /// - Parameter pattern: how a text is cut into words.
  /// - Returns: `nil` for a model that is not of this kind.
  init?(_ encoder: BytePairEncoder, _ pattern: WordPattern) {
    guard let byteIDs = encoder.byteIDs, encoder.leavesMarkFree else { return nil }
    self.pattern = pattern
    self.byteIDs = ConstantTable(byteIDs)
    merges = encoder.merges
    wholeTokens = encoder.wholeTokens
  }

  /// Appends the ids of a text in which no added token stands to `scratch.ids`.
  ///
  /// - Parameter text: well-formed UTF-8.
  func encode(_ text: UnsafeBufferPointer<UInt8>, _ scratch: inout EncodingScratch) {
    var position = 0
    while position < text.count {
      let ends = UnsafeMutableBufferPointer(start: scratch.ends.base, count: scratch.ends.capacity)
      let found = pattern.findEnds(in: text, from: position, into: ends)
      for index in 0..<found {
        let end = scratch.ends.base[index]
        if end - position <= WordTable.maximumLength {
          let key = WordTable.key(text, position, end)
          if !scratch.words.find(key, text, position, into: &scratch.ids) {
            encodeNew(text, position, end, key, &scratch)
          }
        } else {
          encodeWord(text, position, end, &scratch)
        }
        position = end
      }
    }
  }

  /// Encodes a word that the table does not have, and keeps it.
  @inline(never)
  private func encodeNew(
    _ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int, _ key: WordTable.Key,
    _ scratch: inout EncodingScratch
  ) {
    let first = scratch.ids.count
    encodeWord(text, start, end, &scratch)
    let tokens = UnsafeBufferPointer(rebasing: scratch.ids.elements[first...])
    scratch.words.insert(key, text, start, tokens)
  }

  @inline(never)
  private func encodeWord(
    _ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int, _ scratch: inout EncodingScratch
  ) {
    if let wholeTokens,
      let id = wholeTokens.id(of: UnsafeBufferPointer(rebasing: text[start..<end]))
    {
      scratch.ids.append(id)
      return
    }
    scratch.merging.symbols.removeAll()
    scratch.merging.symbols.reserve(end - start)
    let symbols = scratch.merging.symbols.base
    for index in start..<end { symbols[index - start] = byteIDs[Int(text[index])] }
    scratch.merging.symbols.count = end - start
    scratch.merging.merge(merges, into: &scratch.ids)
  }
}
