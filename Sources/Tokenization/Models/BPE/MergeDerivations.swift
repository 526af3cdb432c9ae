internal import Normalization

/// From which tokens a model with merges makes a token.
///
/// Whatever stands around it in a text, a token is made by the merges that its own text alone would
/// go through: no merge crosses its ends, so that those inside are chosen as if nothing else were there.
package struct MergeDerivations: Sendable {
  private let vocabulary: Vocabulary
  private let prefix: [UInt8]
  private let suffix: [UInt8]
  private let rules: Rules

  private enum Rules: Sendable {
    case ranked(PairTable)
    /// Pieces by their texts merge by the score of the result.
    case scored(PieceTable)
  }

  /// - Returns: `nil` for a model that merges nothing.
  package init?(_ model: TokenizationModel) {
    switch model {
    case .bpe(let definition):
      vocabulary = definition.vocabulary
      prefix = Array((definition.continuingPrefix ?? "").utf8)
      suffix = Array((definition.endOfWordSuffix ?? "").utf8)
      rules = .ranked(PairTable(definition.merges, sharesRanks: definition.mergesShareRanks))
    case .sentencePiece(let definition) where definition.algorithm == .bpe:
      guard let table = try? PieceTable(definition) else { return nil }
      vocabulary = table.texts
      (prefix, suffix) = ([], [])
      rules = .scored(table)
    default: return nil
    }
  }

  /// The tokens that a token is made from, its characters included and itself excluded. None for a
  /// token that merges never make.
  ///
  /// - Complexity: O(square of the number of its characters).
  package func parts(of token: TokenID) -> Set<TokenID> {
    var symbols = characters(of: token)
    var parts = Set(symbols)
    while let (place, merge) = next(symbols) {
      symbols.replaceSubrange(place...(place + 1), with: [merge.result])
      parts.insert(merge.result)
    }
    guard symbols == [token] else { return [] }
    parts.remove(token)
    return parts
  }

  /// The merge that is made next: that of the lowest rank or the highest score, the leftmost of equals.
  private func next(_ symbols: [TokenID]) -> (place: Int, merge: Merge)? {
    var best: (place: Int, merge: Merge)?
    for place in symbols.indices.dropLast() {
      guard let merge = merge(symbols[place], symbols[place + 1]),
        merge.order < best?.merge.order ?? .infinity
      else { continue }
      best = (place, merge)
    }
    return best
  }

  /// What two neighbours merge into, and when: merges are made in ascending order.
  struct Merge {
    var result: TokenID
    var order: Double
  }

  /// The merge of two neighbours; `nil` when there is none.
  func merge(_ left: TokenID, _ right: TokenID) -> Merge? {
    switch rules {
    case .ranked(let merges):
      return merges[left, right].map { Merge(result: $0.result, order: Double($0.rank)) }
    case .scored(let table):
      guard let first = vocabulary.token(left), let second = vocabulary.token(right),
        let result = vocabulary.id(of: Array(first) + second)
      else { return nil }
      return Merge(result: result, order: Double(-table.score(result)))
    }
  }

  /// How a token's own text becomes the token.
  struct Derivation {
    /// What the last merge joins; `nil` for a token that is a single character.
    var halves: (left: TokenID, right: TokenID)?
    /// The order of the last merge.
    var order = -Double.infinity
    /// Whether no merge on the way is made after one of a higher order.
    var isOrdered = true
  }

  /// How merges make a token; `nil` for one that they never make.
  func derivation(of token: TokenID) -> Derivation? {
    var symbols = characters(of: token)
    var derivation = Derivation()
    while let (place, merge) = next(symbols) {
      if merge.order < derivation.order { derivation.isOrdered = false }
      derivation.halves = (symbols[place], symbols[place + 1])
      derivation.order = max(derivation.order, merge.order)
      symbols.replaceSubrange(place...(place + 1), with: [merge.result])
    }
    return symbols == [token] ? derivation : nil
  }

  /// The tokens that the texts of two tokens, one after the other, become.
  func tokens(joining left: TokenID, _ right: TokenID) -> [TokenID] {
    var symbols = characters(of: left) + characters(of: right)
    while let (place, merge) = next(symbols) {
      symbols.replaceSubrange(place...(place + 1), with: [merge.result])
    }
    return symbols
  }

  /// The tokens of the characters that a token spells; none where a character has no token.
  private func characters(of token: TokenID) -> [TokenID] {
    guard var content = vocabulary.token(token) else { return [] }
    let isContinuation = !prefix.isEmpty && content.starts(with: prefix)
    let endsWord = !suffix.isEmpty && content.suffix(suffix.count).elementsEqual(suffix)
    if isContinuation { content = content.dropFirst(prefix.count) }
    if endsWord { content = content.dropLast(suffix.count) }
    var symbols: [TokenID] = []
    for (_, range) in UTF8Scalars(content) {
      var symbol = Array(content[range])
      if isContinuation || range.lowerBound > content.startIndex { symbol = prefix + symbol }
      if endsWord, range.upperBound == content.endIndex { symbol += suffix }
      guard let id = vocabulary.id(of: symbol) else { return [] }
      symbols.append(id)
    }
    return symbols
  }
}
