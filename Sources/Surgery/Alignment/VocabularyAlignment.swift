public import Tokenization
public import TokenizerFiles

/// Which tokens of a donor's vocabulary mean the same as which tokens of a base's.
///
/// Tokens correspond when their surfaces are equal: the bytes they decode to, the space of a word's
/// beginning included, however the two vocabularies spell them. Special tokens correspond by their
/// role first and by their name second, never to text.
public struct VocabularyAlignment: Sendable {
  /// What made two tokens correspond.
  public enum Reason: String, Sendable {
    /// They decode to the same bytes.
    case bytes
    /// They are special tokens of the same role.
    case role
    /// They are special tokens of the same name.
    case name
    /// One was made from the other.
    case derivation
  }

  /// The base token that a donor token corresponds to.
  public struct Match: Sendable, Equatable {
    public let base: TokenID
    /// The base token whose output row is meant, where it is not the same. A donor that begins and
    /// ends texts with one token needs the input row of the base's `bos` and the output row of its
    /// `eos`.
    public let outputBase: TokenID
    public let reason: Reason

    init(base: TokenID, outputBase: TokenID? = nil, reason: Reason) {
      self.base = base
      self.outputBase = outputBase ?? base
      self.reason = reason
    }
  }

  /// The matches by donor id.
  public let matches: [TokenID: Match]
  /// The pairs from which other rows can be rebuilt, by ascending donor id: each donor surface and
  /// each base token occurs once. A byte token that only repeats a character is not among them.
  public let anchors: [(donor: TokenID, base: TokenID)]

  /// Aligns two vocabularies.
  ///
  /// - Complexity: O(size of both vocabularies).
  public init(
    base: (TokenizerDefinition, TokenizerVocabulary, SpecialTokens),
    donor: (TokenizerDefinition, TokenizerVocabulary, SpecialTokens)
  ) {
    let baseIndex = SurfaceIndex(TokenSpelling(base.0, base.1), base.2)
    let donorIndex = SurfaceIndex(TokenSpelling(donor.0, donor.1), donor.2)
    var matches: [TokenID: Match] = [:]
    for (id, surface) in donorIndex.surfaces {
      let roles = donor.2.roles(of: id)
      if let match = Self.match(roles: roles, in: base.2) {
        matches[id] = match
      } else if let baseID = baseIndex.tokens[surface] {
        let isSpecial = if case .special = surface { true } else { false }
        matches[id] = Match(base: baseID, reason: isSpecial ? .name : .bytes)
      }
    }
    self.matches = matches
    var usedBaseTokens: Set<TokenID> = []
    anchors = donorIndex.tokens.values.sorted().compactMap { id in
      guard let match = matches[id], match.base == match.outputBase,
        usedBaseTokens.insert(match.base).inserted
      else { return nil }
      return (donor: id, base: match.base)
    }
  }

  /// The alignment of a vocabulary with the one that it was made from.
  init(_ derived: DerivedVocabulary) {
    matches = derived.origins.mapValues { Match(base: $0, reason: .derivation) }
    anchors = derived.origins.sorted { $0.key < $1.key }.map { (donor: $0.key, base: $0.value) }
  }

  /// The donor token that corresponds to a base token, in either use of it; the lowest where there
  /// are several.
  public func donorToken(forBase id: TokenID) -> TokenID? {
    matches.lazy.filter { $0.value.base == id || $0.value.outputBase == id }.map(\.key).min()
  }

  /// The number of matches for each reason.
  public var counts: [Reason: Int] {
    matches.values.reduce(into: [:]) { $0[$1.reason, default: 0] += 1 }
  }

  private static func match(roles: [TokenRole], in base: SpecialTokens) -> Match? {
    let input = roles.lazy.compactMap { base.ids[$0] }.first
    guard let input else { return nil }
    let output = roles.contains(.eos) ? base.ids[.eos] : nil
    return Match(base: input, outputBase: output, reason: .role)
  }
}

/// The tokens of a vocabulary by surface, and the surface of each.
private struct SurfaceIndex {
  private(set) var surfaces: [(id: TokenID, surface: TokenSurface)] = []
  private(set) var tokens: [TokenSurface: TokenID] = [:]

  /// Where two tokens have one surface, a text of the model counts before a byte of a fallback
  /// alphabet, and a lower id before a higher one.
  init(_ spelling: TokenSpelling, _ specialTokens: SpecialTokens) {
    var fallbacks: [(TokenID, TokenSurface)] = []
    for id in spelling.vocabulary.ids {
      guard let surface = spelling.surface(of: id, specialTokens) else { continue }
      surfaces.append((id, surface))
      if spelling.isByteFallback(id) {
        fallbacks.append((id, surface))
      } else if tokens[surface] == nil {
        tokens[surface] = id
      }
    }
    for (id, surface) in fallbacks where tokens[surface] == nil { tokens[surface] = id }
  }
}
