internal import Normalization

extension SentencePieceProcessor {
  /// Calls `body` with each token of a text that is cut at random; as `encode(_:_:)` otherwise.
  ///
  /// - Throws: `TokenizerError.unavailable` for a model that cannot be sampled from in this way.
  func encode(
    _ text: [UInt8], _ sampling: TokenSampling, using generator: inout some RandomNumberGenerator,
    _ body: (TokenID, ArraySlice<UInt8>?, Range<Int>) -> Void
  ) throws(TokenizerError) {
    let normalized = normalizer.normalize(text)
    let parts: [PiecePart]
    switch (sampling, search) {
    case (.dropout(let dropout), nil) where definition.algorithm == .bpe:
      parts = SentencePieceMerging.encode(normalized.bytes, table) {
        Float.random(in: 0..<1, using: &generator) < dropout
      }
    case (.unigram(let alpha), let search?):
      let lattice = lattice(of: normalized.bytes, search)
      let path = lattice.sample(alpha: Double(alpha), using: &generator)
      parts = lattice.pieces(path).map { PiecePart(id: $0.id, length: $0.range.count) }
    case (.nBest(let count, let alpha), let search?):
      let lattice = lattice(of: normalized.bytes, search)
      let best = lattice.best(count)
      let index = sampleIndex(
        ofScores: best.map { Double($0.score) }, alpha: Double(alpha), using: &generator)
      parts =
        best.isEmpty
        ? [] : lattice.pieces(best[index].path).map { PiecePart(id: $0.id, length: $0.range.count) }
    default: throw .unavailable("a model that can be sampled from in this way")
    }
    report(parts, of: normalized, from: 0, body)
  }

  /// Calls `body` with each of the `count` best ways to cut a text, as SentencePiece's `NBestEncode`
  /// finds them: its score and a function that reports its tokens.
  ///
  /// - Throws: `TokenizerError.unavailable` for a model that is not a unigram one.
  func best(
    _ count: Int, of text: [UInt8],
    _ body: (Float, (_ token: (TokenID, ArraySlice<UInt8>?, Range<Int>) -> Void) -> Void) -> Void
  ) throws(TokenizerError) {
    guard let search else {
      throw .unavailable("the best ways to cut a text, which only unigram models rank")
    }
    let normalized = normalizer.normalize(text)
    let lattice = lattice(of: normalized.bytes, search)
    for (path, score) in lattice.best(count) {
      let parts = lattice.pieces(path).map { PiecePart(id: $0.id, length: $0.range.count) }
      body(score) { token in report(parts, of: normalized, from: 0, token) }
    }
  }

  /// All ways to cut a normalized text (`unigram::Model::PopulateNodes`).
  private func lattice(
    of text: [UInt8], _ search: UnigramSearch<Float>
  ) -> SegmentationLattice<Float> {
    var lattice = SegmentationLattice<Float>(length: text.count)
    let normal = definition.pieces.lazy.filter { $0.kind == .normal }.map(\.score)
    // By the n-best scores of sentencepiece 0.2.3 its maximum starts at 0.1 here.
    let maximum = max(normal.max() ?? 0, 0.1)
    for (_, character) in UTF8Scalars(text[...]) {
      let start = character.lowerBound
      var hasCharacter = false
      text.withUnsafeBufferPointer {
        search.trie.forEachMatch(in: $0, at: start) { end, id in
          // A user-defined piece is to win always; here the reference counts its characters.
          let score =
            table.kind(id) == .userDefined
            ? Float(
              Double(Float(text[start..<end].count { !UTF8.isContinuation($0) }) * maximum) - 0.1)
            : table.score(id)
          lattice.add(id, start..<end, score: score)
          if end == character.upperBound { hasCharacter = true }
        }
      }
      if !hasCharacter { lattice.add(table.unknownID, character, score: search.unknownScore) }
    }
    return lattice
  }
}
