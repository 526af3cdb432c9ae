internal import Normalization

/// The most probable segmentation under a unigram language model: Hugging Face's `Unigram`.
///
/// The best path ends at each position of the text with the first of the candidates that score
/// highest, in the order of their beginnings. Scores are summed from the left in double precision.
struct UnigramEncoder: Sendable {
  private let vocabulary: Vocabulary
  let scores: [Double]
  let unknownID: TokenID?
  let unknownScore: Double
  /// From each token to its id.
  let trie: PrefixTrie
  /// The ids of `<0x00>` … `<0xFF>`, where the model falls back to them.
  private let fallbackIDs: [TokenID?]

  /// How much worse than the worst token an unknown character is.
  private static let unknownPenalty = 10.0

  init(_ definition: UnigramDefinition) {
    let vocabulary = definition.vocabulary
    self.vocabulary = vocabulary
    scores = definition.scores
    unknownID = definition.unknownID
    unknownScore = (definition.scores.min() ?? .infinity) - Self.unknownPenalty
    trie = PrefixTrie(
      vocabulary.entries.lazy.map { (string: $0.token, value: $0.id) })
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
      } else if let unknownID {
        output.append(unknownID, length: text.count, isNamedByText: true)
      } else {
        throw .missingUnknownID
      }
    }
  }

  /// The best path that ends at a position of the text.
  private struct Path {
    var score = 0.0
    /// Where its last token begins; negative while no path is known.
    var start: Int32 = -1
    var isUnknown = false

    mutating func improve(_ candidate: Double, from start: Int, isUnknown: Bool) {
      guard self.start < 0 || candidate > score else { return }
      score = candidate
      self.start = Int32(start)
      self.isUnknown = isUnknown
    }
  }

  /// The tokens of the best path as ranges of the piece, neighbouring unknown ones joined.
  private func segments(of piece: ArraySlice<UInt8>) throws(TokenizerError) -> [Range<Int>] {
    let paths = try bestPaths(piece)
    var segments: [Range<Int>] = []
    var end = piece.count
    var nextIsUnknown = false
    while end > 0 {
      let path = paths[end]
      let range = (piece.startIndex + Int(path.start))..<(piece.startIndex + end)
      if path.isUnknown, nextIsUnknown, let last = segments.last {
        segments[segments.count - 1] = range.lowerBound..<last.upperBound
      } else {
        segments.append(range)
      }
      nextIsUnknown = path.isUnknown
      end = Int(path.start)
    }
    return segments.reversed()
  }

  /// The best path to every position at which a character begins or the piece ends.
  private func bestPaths(_ piece: ArraySlice<UInt8>) throws(TokenizerError) -> [Path] {
    var paths = [Path](repeating: Path(), count: piece.count + 1)
    for (_, range) in UTF8Scalars(piece) {
      let start = range.lowerBound - piece.startIndex
      let score = paths[start].score
      var isKnown = false
      trie.forEachPrefix(of: piece[range.lowerBound...]) { length, id in
        paths[start + length].improve(
          scores[Int(id)] + score, from: start, isUnknown: id == unknownID)
        if length == range.count { isKnown = true }
      }
      guard !isKnown else { continue }
      let end = start + range.count
      let known = paths[end].start
      paths[end].improve(unknownScore + score, from: start, isUnknown: true)
      // Only a path that needs the unknown token asks for there being one.
      if unknownID == nil, known != paths[end].start { throw .missingUnknownID }
    }
    return paths
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
