internal import Normalization

extension UnigramEncoder {
  /// All ways to cut a piece; ranges count from its beginning.
  ///
  /// - Throws: `TokenizerError.missingUnknownID` when a character is unknown and the model names no
  ///   unknown token.
  func lattice(of piece: ArraySlice<UInt8>) throws(TokenizerError) -> SegmentationLattice<Double> {
    var lattice = SegmentationLattice<Double>(length: piece.count)
    for (_, range) in UTF8Scalars(piece) {
      let start = range.lowerBound - piece.startIndex
      var isKnown = false
      piece.withUnsafeBufferPointer {
        search.trie.forEachMatch(in: $0, at: start) { end, id in
          lattice.add(id, start..<end, score: search.scores[Int(id)])
          if end - start == range.count { isKnown = true }
        }
      }
      guard !isKnown else { continue }
      guard let unknownID = search.unknownID else { throw .missingUnknownID }
      lattice.add(unknownID, start..<(start + range.count), score: search.unknownScore)
    }
    return lattice
  }

  /// Appends the tokens of a path through a piece's lattice, neighbouring unknown ones joined.
  func append(
    _ nodes: [SegmentationLattice<Double>.Node], of piece: ArraySlice<UInt8>,
    into output: inout PieceTokens
  ) throws(TokenizerError) {
    var segments: [Range<Int>] = []
    var lastIsUnknown = false
    for node in nodes {
      let range =
        (piece.startIndex + node.range.lowerBound)..<(piece.startIndex + node.range.upperBound)
      let isUnknown = node.id == search.unknownID
      if isUnknown, lastIsUnknown, let last = segments.popLast() {
        segments.append(last.lowerBound..<range.upperBound)
      } else {
        segments.append(range)
      }
      lastIsUnknown = isUnknown
    }
    try append(segments, of: piece, into: &output)
  }
}
