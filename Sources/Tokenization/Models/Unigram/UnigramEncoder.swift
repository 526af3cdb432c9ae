internal import Normalization

/// The most probable segmentation under a unigram language model: Hugging Face's `Unigram`.
///
/// The best path ends at each position of the text with the first of the candidates that score
/// highest, in the order of their beginnings. Scores are summed from the left in double precision.
struct UnigramEncoder: Sendable {
  private let vocabulary: Vocabulary
  let search: UnigramSearch<Double>
  /// The ids of `<0x00>` … `<0xFF>`, where the model falls back to them.
  private let fallbackIDs: [TokenID?]

  init(_ definition: UnigramDefinition) {
    let vocabulary = definition.vocabulary
    self.vocabulary = vocabulary
    search = UnigramSearch(
      trie: ByteTrie(vocabulary.entries.lazy.map { (text: $0.token, value: $0.id) }),
      scores: ConstantTable(definition.scores),
      unknownID: definition.unknownID,
      unknownScore: (definition.scores.min() ?? .infinity)
        - UnigramSearch<Double>.unknownPenalty)
    fallbackIDs =
      definition.fallsBackToBytes
      ? (0...255).map { vocabulary.id(of: Array(ByteFallback.token(UInt8($0)).utf8)) } : []
  }

  /// Appends the tokens of one piece.
  ///
  /// - Complexity: O(length of the piece × length of the longest token).
  /// - Throws: `TokenizerError.missingUnknownID` when a character is unknown and the model names no
  ///   unknown token.
  func encode(
    _ piece: ArraySlice<UInt8>, into output: inout PieceTokens
  ) throws(TokenizerError) {
    try append(segments(of: piece), of: piece, into: &output)
  }

  /// Appends the tokens of parts of a piece, each a token or unknown.
  func append(
    _ segments: [Range<Int>], of piece: ArraySlice<UInt8>, into output: inout PieceTokens
  ) throws(TokenizerError) {
    for range in segments {
      let text = piece[range]
      if let id = vocabulary.id(of: text) {
        output.append(id, length: text.count)
      } else if let bytes = fallbackTokens(text) {
        output.append(bytes, sharing: text.count)
      } else if let unknownID = search.unknownID {
        output.append(unknownID, length: text.count, isNamedByText: true)
      } else {
        throw .missingUnknownID
      }
    }
  }

  /// The tokens of the best path as ranges of the piece, neighbouring unknown ones joined.
  private func segments(of piece: ArraySlice<UInt8>) throws(TokenizerError) -> [Range<Int>] {
    var lattice = UnigramLattice<Double>()
    var segments: [Range<Int>] = []
    var start = piece.startIndex
    var isBehindUnknown = false
    piece.withUnsafeBufferPointer {
      search.forEachPart(of: $0, &lattice) { part in
        let end = start + part.length
        let isUnknown = part.id == search.unknownID
        if isUnknown, isBehindUnknown, let last = segments.popLast() { start = last.lowerBound }
        segments.append(start..<end)
        isBehindUnknown = isUnknown
        start = end
      }
    }
    // Only a path that needs the unknown token asks for there being one.
    if lattice.lacksUnknown { throw .missingUnknownID }
    return segments
  }

  private func fallbackTokens(_ text: ArraySlice<UInt8>) -> [TokenID]? {
    guard !fallbackIDs.isEmpty else { return nil }
    var ids: [TokenID] = []
    for byte in text {
      guard let id = fallbackIDs[Int(byte)] else { return nil }
      ids.append(id)
    }
    return ids
  }
}
