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
    var lattice = UnigramLattice<Double>()
    // Neighbouring unknown characters are looked up as one.
    var unknown = piece.startIndex..<piece.startIndex
    piece.withUnsafeBufferPointer {
      search.forEachPart(of: $0, &lattice) { part in
        let end = unknown.upperBound + part.length
        if part.id == search.unknownID {
          unknown = unknown.lowerBound..<end
        } else {
          append(piece[unknown], into: &output)
          output.append(part.id, length: part.length)
          unknown = end..<end
        }
      }
    }
    // Only a path that needs the unknown token asks for there being one.
    if lattice.lacksUnknown { throw .missingUnknownID }
    append(piece[unknown], into: &output)
  }

  /// Appends the tokens of parts of a piece, each a token or unknown.
  func append(
    _ segments: [Range<Int>], of piece: ArraySlice<UInt8>, into output: inout PieceTokens
  ) throws(TokenizerError) {
    for range in segments {
      guard append(piece[range], into: &output) else { throw .missingUnknownID }
    }
  }

  /// Appends the tokens of a text that is a token or unknown, or nothing of an empty one.
  ///
  /// - Returns: false where nothing stands for it.
  @discardableResult
  private func append(_ text: ArraySlice<UInt8>, into output: inout PieceTokens) -> Bool {
    if text.isEmpty { return true }
    if let id = vocabulary.id(of: text) {
      output.append(id, length: text.count)
    } else if let bytes = fallbackTokens(text) {
      output.append(bytes, sharing: text.count)
    } else if let unknownID = search.unknownID {
      output.append(unknownID, length: text.count, isNamedByText: true)
    } else {
      return false
    }
    return true
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
