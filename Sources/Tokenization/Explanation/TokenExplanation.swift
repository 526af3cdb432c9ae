/// Why neighbouring tokens of an encoding are what they are.
public struct TokenExplanation: Sendable {
  /// The tokens, by their places in the encoding: those of one word, or one added token.
  public var tokens: Range<Int>
  public var reason: Reason

  /// What decided.
  public enum Reason: Sendable {
    /// A post-processor or padding inserted the token.
    case inserted
    /// The token was taken out of the text before the model saw it.
    case added
    /// The word is a token as it stands.
    case wholeWord
    /// Neighbours were merged, in this order, until no merge was left.
    case merges([MergeStep])
    /// The pieces are the most probable way to cut the word.
    case mostProbable(score: Double, runnerUp: RunnerUp?)
    /// Each token is the longest one that the rest of the word begins with.
    case longestMatch
    /// Every byte is a token.
    case bytes
    /// The model has nothing for it but the unknown token.
    case unknown
  }

  /// One merge that was made. Tokens are spelled as in the vocabulary.
  public struct MergeStep: Sendable, Equatable {
    public var left: TokenID
    public var right: TokenID
    public var result: TokenID
    /// The place of the merge in the list of merges; in a model of the sentencepiece library, which has
    /// no such list, `nil`.
    public var rank: Int?
    /// The score of the result in a model of the sentencepiece library.
    public var score: Float?
  }

  /// The second most probable way to cut a word.
  public struct RunnerUp: Sendable, Equatable {
    /// Its pieces, as the vocabulary spells them.
    public var pieces: [[UInt8]]
    /// Its score: the sum of its pieces' log-probabilities.
    public var score: Double
  }
}

/// Says why a tokenizer cuts texts as it does.
///
/// It follows the rules of the model anew, from what the tokens spell; so it is slow, and
/// independent of how the tokenizer finds the same.
public struct TokenExplainer: Sendable {
  private let tokenizer: Tokenizer
  private let engine: Engine

  private enum Engine: Sendable {
    case bytePair(BytePairExplainer)
    case pieceMerging(PieceMergingExplainer)
    case unigram(UnigramExplainer)
    case longestMatch
    case words
    case bytes
  }

  /// - Complexity: O(size of the vocabulary and the merges).
  public init(_ tokenizer: Tokenizer) {
    self.tokenizer = tokenizer
    engine =
      switch tokenizer.definition.model {
      case .bpe(let model): .bytePair(BytePairExplainer(model))
      case .unigram(let model): .unigram(UnigramExplainer(model))
      case .wordPiece: .longestMatch
      case .wordLevel, .words: .words
      case .bytes: .bytes
      case .sentencePiece(let model):
        switch model.algorithm {
        case .bpe: .pieceMerging(PieceMergingExplainer(model))
        case .unigram: .unigram(UnigramExplainer(model))
        case .word, .character: .words
        }
      }
  }

  /// The reasons for all tokens of an encoding that the tokenizer made, in order.
  public func explain(_ encoding: Encoding) -> [TokenExplanation] {
    var explanations: [TokenExplanation] = []
    var start = 0
    while start < encoding.count {
      let end = endOfWord(from: start, encoding)
      explanations.append(
        TokenExplanation(tokens: start..<end, reason: reason(start..<end, encoding)))
      start = end
    }
    return explanations
  }

  private var takesTextWhole: Bool {
    if case .sentencePiece = tokenizer.definition.model { true } else { false }
  }

  private func endOfWord(from start: Int, _ encoding: Encoding) -> Int {
    guard let word = encoding.wordIDs[start], !encoding.isSpecial[start] else { return start + 1 }
    var end = start + 1
    while end < encoding.count, !encoding.isSpecial[end],
      takesTextWhole || encoding.wordIDs[end] == word
    {
      end += 1
    }
    return end
  }

  private func reason(_ range: Range<Int>, _ encoding: Encoding) -> TokenExplanation.Reason {
    let ids = Array(encoding.ids[range])
    if encoding.isSpecial[range.lowerBound] || encoding.wordIDs[range.lowerBound] == nil {
      return .inserted
    }
    if range.count == 1, !takesTextWhole, tokenizer.vocabulary.added[ids[0]] != nil {
      return .added
    }
    switch engine {
    case .bytePair(let explainer): return explainer.explain(ids)
    case .pieceMerging(let explainer): return explainer.explain(ids)
    case .unigram(let explainer): return explainer.explain(ids, Array(encoding.tokens[range]))
    case .longestMatch: return ids.count == 1 ? .wholeWord : .longestMatch
    case .words: return .wholeWord
    case .bytes: return .bytes
    }
  }
}
