internal import Glibc
internal import Tensors
internal import Tokenization
internal import TokenizerFiles

/// Shared tokens that are treated as new: their rows are rebuilt without them, and compared.
///
/// They are chosen to be like the tokens that really are new: of the same classes, of like lengths, cut
/// by the base into several pieces, and rather rare than frequent (a higher id).
struct HeldOutTokens: Sendable {
  struct Token: Sendable {
    let anchor: EmbeddingProblem.Anchor
    let tokenClass: TokenClass
    /// How the base would cut the token if it did not have it.
    let pieces: [TokenID]
    /// How much the token counts: more where the new tokens are and few are held out.
    var weight = 1.0
  }
  let tokens: [Token]

  /// - Parameters:
  ///   - anchors: the shared tokens.
  ///   - targets: the texts of the tokens that need a row.
  ///   - text: the text of a shared token, by donor id.
  ///   - count: how many to hold out at most; never more than a tenth of the anchors.
  ///   - seed: decides which.
  init(
    anchors: [EmbeddingProblem.Anchor], targets: [[UInt8]], segmentation: TokenSegmentation,
    count: Int, seed: UInt64, text: (TokenID) -> [UInt8]?
  ) {
    let wanted = Self.shares(of: targets.map(Group.init))
    var pool: [(token: Token, group: Group)] = []
    for anchor in anchors {
      guard let text = text(anchor.donor), !text.isEmpty else { continue }
      let pieces = segmentation.pieces(of: text, excluding: anchor.base)
      guard pieces.count > 1 else { continue }
      let group = Group(text)
      pool.append(
        (Token(anchor: anchor, tokenClass: group.tokenClass, pieces: pieces), group))
    }
    // Rarer tokens have higher ids in nearly all vocabularies.
    let middle = pool.map(\.token.anchor.base).sorted().dropFirst(pool.count / 2).first ?? 0
    let available = Self.shares(of: pool.map(\.group))
    var generator = SplitMix64(seed: seed)
    let drawn = pool.map { entry -> (key: Double, token: Token, group: Group) in
      let likeness = (wanted[entry.group] ?? 0) / max(available[entry.group] ?? 1, 1e-9)
      let weight = max(likeness, 0.02) * (entry.token.anchor.base >= middle ? 1 : 0.25)
      // Weighted sampling without replacement (Efraimidis & Spirakis 2006).
      let uniform = Double(generator.next() >> 11) * 0x1p-53
      return (key: -log(max(uniform, 1e-300)) / weight, entry.token, entry.group)
    }
    let limit = min(count, anchors.count / 10)
    let chosen = drawn.sorted { ($0.key, $0.token.anchor.donor) < ($1.key, $1.token.anchor.donor) }
      .prefix(limit)
    let shares = Self.shares(of: chosen.map(\.group))
    tokens = chosen.map { entry in
      var token = entry.token
      let likeness = (wanted[entry.group] ?? 0) / max(shares[entry.group] ?? 1, 1e-9)
      token.weight = targets.isEmpty ? 1 : min(max(likeness, 0.2), 5)
      return token
    }.sorted { $0.anchor.donor < $1.anchor.donor }
  }

  /// Tokens that are alike for the purpose of sampling.
  private struct Group: Hashable {
    let tokenClass: TokenClass
    let length: Int

    init(_ text: [UInt8]) {
      tokenClass = TokenClass(text)
      length = text.count <= 3 ? 0 : text.count <= 6 ? 1 : text.count <= 9 ? 2 : 3
    }
  }

  private static func shares(of groups: [Group]) -> [Group: Double] {
    var counts: [Group: Double] = [:]
    for group in groups { counts[group, default: 0] += 1 / Double(groups.count) }
    return counts
  }

  /// `problem` with these tokens as its targets, and without them among its anchors.
  func problem(from problem: EmbeddingProblem) -> EmbeddingProblem {
    let heldOut = Set(tokens.map(\.anchor.donor))
    var reduced = problem
    reduced.anchors = problem.anchors.filter { !heldOut.contains($0.donor) }
    reduced.targets = tokens.map(\.anchor.donor)
    for token in tokens { reduced.pieces[token.anchor.donor] = token.pieces }
    return reduced
  }
}
