internal import Normalization
package import Tokenization

/// The pieces into which a base's own model cuts the text of a token.
///
/// Works on surfaces, so that the donor's spelling does not matter: a word's space belongs to the text,
/// and a byte token is its byte. A BPE model merges as its list says, a unigram model takes the most
/// probable cut, any other the longest token first. Splitting rules before the model are left out: a
/// model has hardly any token that they would not allow.
package struct TokenSegmentation: Sendable {
  private enum Rule: Sendable {
    /// Ranks by the two ids that merge.
    case merges([UInt64: (rank: Int, result: TokenID)])
    case scores([Double])
    case longestFirst
  }
  private let rule: Rule
  private let tokens: [TokenSurface: TokenID]
  private let longest: Int

  /// Longer texts are not cut; no vocabulary has such words.
  package static let lengthLimit = 512

  /// - Parameter rowCount: tokens from this id on are no pieces: the matrix has no row for them.
  package init(
    _ definition: TokenizerDefinition, _ vocabulary: TokenizerVocabulary, _ special: SpecialTokens,
    rowCount: Int
  ) {
    let spelling = TokenSpelling(definition, vocabulary)
    var tokens: [TokenSurface: TokenID] = [:]
    var fallbacks: [(TokenID, TokenSurface)] = []
    var longest = 1
    for id in vocabulary.ids where id < rowCount {
      guard let surface = spelling.surface(of: id, special), case .text(let bytes) = surface,
        !bytes.isEmpty
      else { continue }
      longest = max(longest, bytes.count)
      if spelling.isByteFallback(id) {
        fallbacks.append((id, surface))
      } else if tokens[surface] == nil {
        tokens[surface] = id
      }
    }
    for (id, surface) in fallbacks where tokens[surface] == nil { tokens[surface] = id }
    self.tokens = tokens
    self.longest = longest
    rule = Self.rule(definition.model)
  }

  private static func rule(_ model: TokenizationModel) -> Rule {
    switch model {
    case .bpe(let model)
    where (model.continuingPrefix ?? "").isEmpty && (model.endOfWordSuffix ?? "").isEmpty:
      var ranks: [UInt64: (rank: Int, result: TokenID)] = [:]
      for (rank, merge) in model.merges.enumerated()
      where ranks[key(merge.left, merge.right)] == nil {
        ranks[key(merge.left, merge.right)] = (rank, merge.result)
      }
      return .merges(ranks)
    case .unigram(let model): return .scores(model.scores)
    default: return .longestFirst
    }
  }

  private static func key(_ left: TokenID, _ right: TokenID) -> UInt64 {
    UInt64(left) << 32 | UInt64(right)
  }

  /// The pieces of a text, in order.
  ///
  /// - Parameter excluded: a token that must not be used: how the model would cut the text if it did
  ///   not have it.
  /// - Returns: no pieces when the model has no tokens for a part of the text.
  package func pieces(of text: [UInt8], excluding excluded: TokenID? = nil) -> [TokenID] {
    guard !text.isEmpty, text.count <= Self.lengthLimit else { return [] }
    switch rule {
    case .merges(let ranks): return merged(text, ranks, excluded)
    case .scores(let scores): return bestCut(text, scores, excluded)
    case .longestFirst: return longestFirst(text, excluded)
    }
  }

  private func token(_ bytes: ArraySlice<UInt8>, excluding excluded: TokenID?) -> TokenID? {
    let id = tokens[.text(Array(bytes))]
    return id == excluded ? nil : id
  }

  // MARK: Rules

  private func merged(
    _ text: [UInt8], _ ranks: [UInt64: (rank: Int, result: TokenID)], _ excluded: TokenID?
  ) -> [TokenID] {
    guard var ids = symbols(of: text, excluded) else { return [] }
    while ids.count > 1 {
      var best: (rank: Int, place: Int, result: TokenID)?
      for place in 0..<(ids.count - 1) {
        guard let merge = ranks[Self.key(ids[place], ids[place + 1])], merge.result != excluded,
          merge.rank < best?.rank ?? .max
        else { continue }
        best = (merge.rank, place, merge.result)
      }
      guard let best else { break }
      ids.replaceSubrange(best.place...(best.place + 1), with: [best.result])
    }
    return ids
  }

  /// The tokens that a merging model begins with: characters, or bytes where it has no character.
  private func symbols(of text: [UInt8], _ excluded: TokenID?) -> [TokenID]? {
    var ids: [TokenID] = []
    var start = 0
    while start < text.count {
      var end = start + 1
      while end < text.count, UTF8.isContinuation(text[end]) { end += 1 }
      if let id = token(text[start..<end], excluding: excluded), end > start + 1 {
        ids.append(id)
      } else {
        for place in start..<end {
          guard let id = token(text[place...place], excluding: excluded) else { return nil }
          ids.append(id)
        }
      }
      start = end
    }
    return ids
  }

  private func bestCut(_ text: [UInt8], _ scores: [Double], _ excluded: TokenID?) -> [TokenID] {
    // Bytes cost more than any piece, as in the reference, where they spell what is unknown.
    let penalty = (scores.min() ?? 0) - 10
    var best = [(score: Double, start: Int, id: TokenID)?](repeating: nil, count: text.count + 1)
    best[0] = (0, 0, 0)
    for start in text.indices {
      guard let reached = best[start] else { continue }
      for end in (start + 1)...min(start + longest, text.count) {
        guard let id = token(text[start..<end], excluding: excluded) else { continue }
        let stated = Int(id) < scores.count ? scores[Int(id)] : penalty
        let score = reached.score + (stated == 0 ? penalty : stated)
        if score > best[end]?.score ?? -.infinity { best[end] = (score, start, id) }
      }
    }
    var (ids, end): ([TokenID], Int) = ([], text.count)
    while end > 0 {
      guard let step = best[end] else { return [] }
      ids.append(step.id)
      end = step.start
    }
    return ids.reversed()
  }

  private func longestFirst(_ text: [UInt8], _ excluded: TokenID?) -> [TokenID] {
    var ids: [TokenID] = []
    var start = 0
    while start < text.count {
      let ends = stride(from: min(start + longest, text.count), to: start, by: -1)
      let found = ends.lazy.compactMap { end in
        token(text[start..<end], excluding: excluded).map { (end, $0) }
      }.first
      guard let (end, id) = found else { return [] }
      ids.append(id)
      start = end
    }
    return ids
  }
}
