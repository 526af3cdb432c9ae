internal import Glibc
internal import Tokenization

/// A unigram tokenizer whose tokens are drawn from the parts of a text's words.
///
/// As in ZeTT (arXiv:2405.07883, section 3): a part is scored by its share of the text, to which noise
/// is added whose size is itself drawn, and the best make the vocabulary.
struct SampledTokenizer {
  /// The logarithm of each candidate's share; -infinity for one that is no token.
  private let scores: [Float]
  private let candidates: PieceCandidates
  /// The tokens, as places among the candidates, ascending.
  let tokens: [Int]

  /// The median of the noise's standard deviation, and the standard deviation of its logarithm.
  private static let noise = (median: 1e-5, spread: 4.0)

  /// - Parameters:
  ///   - counts: how often each word occurs.
  ///   - isNoisy: whether noise is added.
  init(
    _ candidates: PieceCandidates, wordCounts counts: [Int], size: Int, isNoisy: Bool = true,
    _ generator: inout SplitMix64
  ) {
    self.candidates = candidates
    var shares = [Double](repeating: 0, count: candidates.count)
    for (word, count) in counts.enumerated() where count > 0 {
      for part in candidates.parts[word] {
        shares[Int(part.candidate)] += Double(count * (Int(part.end) - Int(part.start)))
      }
    }
    let total = max(shares.reduce(0, +), 1)
    let deviation =
      isNoisy ? Self.noise.median * exp(Self.noise.spread * generator.nextNormal()) : 0
    // More noise than the largest share would make the vocabulary a matter of chance alone.
    let bounded = min(deviation, 1e-3)
    var found: [(share: Double, candidate: Int)] = []
    for candidate in shares.indices where shares[candidate] > 0 {
      let share = shares[candidate] / total
      let noised = isNoisy ? share + bounded * generator.nextNormal() : share
      let isNeeded = candidates.isCharacter[candidate]
      guard !candidates.pieces[candidate].isEmpty, noised > 0 || isNeeded else { continue }
      found.append((max(noised, share * 1e-3), candidate))
    }
    found.sort { ($0.share, $1.candidate) > ($1.share, $0.candidate) }
    var scores = [Float](repeating: -.infinity, count: candidates.count)
    var tokens: [Int] = []
    for (rank, entry) in found.enumerated()
    where rank < size || candidates.isCharacter[entry.candidate] {
      scores[entry.candidate] = Float(log(entry.share))
      tokens.append(entry.candidate)
    }
    self.scores = scores
    self.tokens = tokens.sorted()
  }

  /// The most probable tokens of a word, as places among the candidates; none where it cannot be spelled.
  func tokens(of word: Int) -> [Int] {
    let parts = candidates.parts[word]
    guard let length = parts.last.map({ Int($0.end) }) else { return [] }
    var best = [(score: Float, candidate: Int, start: Int)](
      repeating: (-.infinity, 0, 0), count: length + 1)
    best[0].score = 0
    for part in parts {
      let score = best[Int(part.start)].score + scores[Int(part.candidate)]
      if score > best[Int(part.end)].score {
        best[Int(part.end)] = (score, Int(part.candidate), Int(part.start))
      }
    }
    guard best[length].score > -.infinity else { return [] }
    var (result, end): ([Int], Int) = ([], length)
    while end > 0 {
      result.append(best[end].candidate)
      end = best[end].start
    }
    return result.reversed()
  }
}

extension SplitMix64 {
  /// A number between 0 and 1, neither of them included.
  mutating func nextUnit() -> Double { (Double(next() >> 11) + 0.5) * 0x1p-53 }

  /// A number of the standard normal distribution (Box & Muller 1958).
  mutating func nextNormal() -> Double {
    let radius = (-2 * log(nextUnit())).squareRoot()
    return radius * cos(2 * .pi * nextUnit())
  }

  /// A stream of its own for a purpose and a step, so that a step's draws do not depend on what was
  /// drawn before.
  init(seed: UInt64, purpose: UInt64, step: Int) {
    var mixer = SplitMix64(seed: seed)
    mixer = SplitMix64(seed: mixer.next() &+ purpose)
    mixer = SplitMix64(seed: mixer.next() &+ UInt64(step))
    self = SplitMix64(seed: mixer.next())
  }
}
