public import Tokenization

/// Texts in the tokens of one vocabulary, cut as another one cuts them.
///
/// A model that is given another tokenizer loses for two reasons: it reads text in unfamiliar pieces, and
/// the rows of its new tokens are not what training would have made them. Its own rows on these cuts show
/// the first loss alone: the level that a method of making rows should reach.
public struct TargetCuts: Sendable {
  /// What each token of the other vocabulary becomes.
  private let pieces: [TokenID: [TokenID]]

  /// - Parameters:
  ///   - base: the vocabulary whose tokens are used.
  ///   - target: the vocabulary that cuts.
  public init(base: Tokenizer, target: Tokenizer) {
    let speller = PieceSpeller(base)
    let spelling = TokenSpelling(target.definition, target.vocabulary)
    var pieces: [TokenID: [TokenID]] = [:]
    for id in target.vocabulary.ids {
      // A special token keeps its name, where the base has one of that name.
      if target.vocabulary.added[id]?.isSpecial == true {
        let name = target.vocabulary.spelling(of: id).map { String(decoding: $0, as: UTF8.self) }
        pieces[id] = name.flatMap { base.vocabulary.id(of: $0) }.map { [$0] }
      } else if let text = spelling.text(of: id) {
        pieces[id] = speller.pieces(of: text)
      }
    }
    self.pieces = pieces
  }

  /// A document of the other vocabulary in tokens of the base. A token that the base cannot spell is left
  /// out.
  public func tokens(for document: [TokenID]) -> [TokenID] {
    document.flatMap { pieces[$0] ?? [] }
  }
}

/// Spells bytes in the tokens of a vocabulary.
private struct PieceSpeller {
  private let tokenizer: Tokenizer
  private let spelling: TokenSpelling
  /// The token of each text; the lowest where there are several, and one that is no byte of a fallback
  /// alphabet before one that is.
  private var tokens: [[UInt8]: TokenID] = [:]
  private var longest = 0

  init(_ tokenizer: Tokenizer) {
    self.tokenizer = tokenizer
    spelling = TokenSpelling(tokenizer.definition, tokenizer.vocabulary)
    var fallbacks: [([UInt8], TokenID)] = []
    for id in tokenizer.vocabulary.ids where tokenizer.vocabulary.added[id]?.isSpecial != true {
      guard let text = spelling.text(of: id), !text.isEmpty else { continue }
      if spelling.isByteFallback(id) {
        fallbacks.append((text, id))
      } else if tokens[text] == nil {
        tokens[text] = id
        longest = max(longest, text.count)
      }
    }
    for (text, id) in fallbacks where tokens[text] == nil {
      tokens[text] = id
      longest = max(longest, text.count)
    }
  }

  /// The token of exactly these bytes; otherwise those that the tokenizer finds in them, if they spell
  /// the bytes; otherwise the fewest that do. Empty when none do.
  func pieces(of text: [UInt8]) -> [TokenID] {
    if let token = tokens[text] { return [token] }
    if let ids = try? tokenizer.encode(utf8: text, addSpecialTokens: false).ids,
      ids.flatMap({ spelling.text(of: $0) ?? [] }) == text
    {
      return ids
    }
    return fewestPieces(of: text)
  }

  /// The fewest tokens that spell `text`; of several ways the one with the longest pieces at its end.
  private func fewestPieces(of text: [UInt8]) -> [TokenID] {
    /// For each length of a beginning: the number of its pieces, and the last of them.
    var best: [(count: Int, last: TokenID, start: Int)?] = [(0, 0, 0)]
    for end in 1..<(text.count + 1) {
      var choice: (count: Int, last: TokenID, start: Int)?
      for start in max(0, end - longest)..<end {
        guard let before = best[start], let token = tokens[Array(text[start..<end])] else {
          continue
        }
        if before.count + 1 < choice?.count ?? .max { choice = (before.count + 1, token, start) }
      }
      best.append(choice)
    }
    var pieces: [TokenID] = []
    var end = text.count
    while end > 0, let step = best[end] {
      pieces.append(step.last)
      end = step.start
    }
    return pieces.reversed()
  }
}
