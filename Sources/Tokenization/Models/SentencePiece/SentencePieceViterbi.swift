internal import Normalization

/// SentencePiece's unigram model (`unigram::Model::EncodeOptimized`): the most probable way to
/// cut a text into pieces.
struct SentencePieceViterbi: Sendable {
  private let table: PieceTable
  private let trie: PieceTrie
  private let unknownScore: Float
  private let maximumScore: Float

  /// How much less probable than the least probable piece an unknown character is.
  private static let unknownPenalty: Float = 10

  init(_ definition: SentencePieceDefinition, _ table: PieceTable) {
    self.table = table
    trie = PieceTrie(table.texts.entries.map { (Array($0.token), Int32($0.id)) })
    let scores = definition.pieces.filter { $0.kind == .normal }.map(\.score)
    unknownScore = (scores.min() ?? .greatestFiniteMagnitude) - Self.unknownPenalty
    // The reference's maximum starts at C's FLT_MIN, which is the least positive number.
    maximumScore = max(scores.max() ?? 0, .leastNormalMagnitude)
  }

  /// The best way found to a position of the text.
  private struct Arrival {
    var id: TokenID = 0
    var score: Float = 0
    var start: Int32 = -1
  }

  /// The pieces of a normalized text.
  ///
  /// - Complexity: O(length of the text × length of the longest piece).
  ///
  /// - Parameter score: the score of what stands before the text; that of all afterwards.
  func encode(_ text: [UInt8], score total: inout Float) -> [SentencePieceProcessor.Part] {
    var arrivals = [Arrival](repeating: Arrival(), count: text.count + 1)
    arrivals[0].score = total
    var start = 0
    while start < text.count {
      let length = min(UTF8.sequenceLength(lead: text[start]), text.count - start)
      let hasCharacter = extend(&arrivals, from: start, characterLength: length, in: text)
      if !hasCharacter {
        let score = unknownScore + arrivals[start].score
        if arrivals[start + length].start < 0 || score > arrivals[start + length].score {
          arrivals[start + length] = Arrival(
            id: table.unknownID, score: score, start: Int32(start))
        }
      }
      start += length
    }
    total = arrivals[text.count].score
    return path(arrivals)
  }

  /// Tries every piece that begins at `start`. Returns whether one of them is a single character.
  private func extend(
    _ arrivals: inout [Arrival], from start: Int, characterLength: Int, in text: [UInt8]
  ) -> Bool {
    let scoreHere = arrivals[start].score
    var hasCharacter = false
    var node: PieceTrie.Node = 0
    var end = start
    while end < text.count, let next = trie.child(of: node, text[end]) {
      node = next
      end += 1
      guard let value = trie.value(at: node) else { continue }
      let id = TokenID(value)
      let kind = table.kind(id)
      if kind == .unused { continue }
      // A user-defined piece is to win always. Sums are in single precision: among equal ways the
      // one found first counts, and rounding decides which are equal.
      let pieceScore =
        kind == .userDefined
        ? Float(Double(Float(end - start) * maximumScore) - 0.1) : table.score(id)
      let score = pieceScore + scoreHere
      if arrivals[end].start < 0 || score > arrivals[end].score {
        arrivals[end] = Arrival(id: id, score: score, start: Int32(start))
      }
      if end - start == characterLength { hasCharacter = true }
    }
    return hasCharacter
  }

  private func path(_ arrivals: [Arrival]) -> [SentencePieceProcessor.Part] {
    var parts: [SentencePieceProcessor.Part] = []
    var end = arrivals.count - 1
    while end > 0 {
      let arrival = arrivals[end]
      parts.append(
        SentencePieceProcessor.Part(id: arrival.id, length: end - Int(arrival.start)))
      end = Int(arrival.start)
    }
    return parts.reversed()
  }
}
