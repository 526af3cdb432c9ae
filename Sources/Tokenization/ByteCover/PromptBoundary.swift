internal import Glibc

/// How the next byte is found where the end of a prompt may lie inside a token.
public enum PromptBoundary: String, Sendable, CaseIterable {
  /// Over all covers of the prompt.
  case exact
  /// The prompt's own tokens stand; the next token begins a new piece of text. Biased where the prompt
  /// ends inside a word.
  case naive
  /// The last token is taken back, and the next one has to begin with its bytes (token healing).
  case healing
}

extension NextTokenModel {
  /// The next byte after a prompt by one of the two rules that do not look at all covers.
  ///
  /// - Parameters:
  ///   - prompt: the tokens of the prompt as the tokenizer cuts it.
  ///   - index: the tokens that stand for bytes.
  ///   - specialTokens: those that end the text.
  ///   - heals: whether the last token is taken back.
  public func nextByte(
    after prompt: [TokenID], index: TokenByteIndex, specialTokens: [TokenID], heals: Bool
  ) throws -> ByteDistribution {
    var masses = [Double](repeating: 0, count: 256)
    var end = 0.0
    /// Adds what follows `tokens`, which spell the prompt.
    func add(after tokens: [TokenID], times weight: Double) throws {
      let next = try logProbabilities(in: state(after: start(), reading: tokens))
      for place in 0..<index.count where Int(index.ids[place]) < next.count {
        masses[Int(index.byte(at: place, 0))] += weight * exp(next[Int(index.ids[place])])
      }
      for token in specialTokens where Int(token) < next.count {
        end += weight * exp(next[Int(token)])
      }
    }
    guard heals, let last = prompt.last, let place = index.ids.firstIndex(of: last) else {
      try add(after: prompt, times: 1)
      return ByteDistribution(masses: masses, end: end)
    }
    let removed = Array(index.bytes(at: place))
    let context = Array(prompt.dropLast())
    let next = try logProbabilities(in: state(after: start(), reading: context))
    let range = index.range(of: removed)
    for place in range where Int(index.ids[place]) < next.count {
      let id = index.ids[place]
      let mass = exp(next[Int(id)])
      if index.length(at: place) > removed.count {
        masses[Int(index.byte(at: place, removed.count))] += mass
      } else {
        try add(after: context + [id], times: mass)
      }
    }
    return ByteDistribution(masses: masses, end: end)
  }
}
