internal import Glibc
public import Tokenization

/// How the next token is chosen among candidates.
///
/// The steps and their order are those of transformers' `generate`: the repetition penalty and the bias of
/// the end first, then temperature, the most probable k, and the least probability.
public struct SamplingRules: Sendable, Equatable {
  /// What logits of tokens that the text has already are divided by, or multiplied by where they are
  /// negative (Keskar et al. 2019, "CTRL"); 1 for no penalty.
  public var repetitionPenalty: Float = 1
  /// What is added to the logits of tokens that end the text.
  public var endBias: Float = 0
  /// What logits are divided by; at 0 the most probable token is taken.
  public var temperature: Float = 0
  /// How many of the most probable tokens are drawn from; all of them when it is `nil`.
  public var mostProbable: Int?
  /// Tokens less probable than this times the most probable one are left out (Nguyen et al. 2024,
  /// "Min-p").
  public var leastProbability: Float = 0

  public init() {}

  /// Chooses a token.
  ///
  /// - Parameters:
  ///   - candidates: at least one.
  ///   - seen: the tokens that the text has already.
  ///   - ends: the tokens that end a text.
  ///   - generator: where chance comes from.
  public func choose(
    among candidates: [Candidate], seen: Set<TokenID>, ends: Set<TokenID>,
    using generator: inout SplitMix64
  ) -> TokenID {
    var candidates = candidates
    adjust(&candidates, seen, ends)
    guard temperature > 0 else {
      return candidates.min(by: Candidate.precedes)?.token ?? 0
    }
    candidates.sort(by: Candidate.precedes)
    if let mostProbable { candidates = Array(candidates.prefix(max(mostProbable, 1))) }
    let largest = candidates[0].logit
    let weights = candidates.map { exp(Double($0.logit - largest) / Double(temperature)) }
    // They descend from 1, and the first is always among what is left.
    let count = max(weights.prefix { $0 >= Double(leastProbability) }.count, 1)
    let total = weights[..<count].reduce(0, +)
    var rest = Double(generator.next() >> 11) * 0x1p-53 * total
    for index in 0..<count {
      rest -= weights[index]
      if rest < 0 { return candidates[index].token }
    }
    return candidates[count - 1].token
  }

  private func adjust(
    _ candidates: inout [Candidate], _ seen: Set<TokenID>, _ ends: Set<TokenID>
  ) {
    if repetitionPenalty == 1, endBias == 0 { return }
    for index in candidates.indices {
      let (token, logit) = (candidates[index].token, candidates[index].logit)
      if seen.contains(token) {
        candidates[index].logit =
          logit < 0 ? logit * repetitionPenalty : logit / repetitionPenalty
      }
      if ends.contains(token) { candidates[index].logit += endBias }
    }
  }
}
