internal import Tokenization

/// The surfaces of a tokenizer's tokens: the bytes that they stand for, as far as these can be joined.
struct MergeVocabulary: Sendable {
  /// The surfaces, one after another.
  private var bytes: [UInt8] = []
  /// By id: where a surface begins in `bytes`, and where the last one ends.
  private var starts: [UInt32] = [0]
  /// By id; empty for a token that never merges.
  private var traits: [TokenTraits] = []
  /// The token of each surface.
  private let tokens: Vocabulary

  /// Ids from here on never merge: a stray huge id must not take all memory.
  private static let idLimit = 1 << 24

  init(_ tokenizer: Tokenizer) {
    let spelling = TokenSpelling(tokenizer.definition, tokenizer.vocabulary)
    let count = min(tokenizer.vocabulary.idBound, Self.idLimit)
    var builder = Vocabulary.Builder(minimumCapacity: count)
    starts.reserveCapacity(count + 1)
    traits.reserveCapacity(count)
    var fallbacks: [(surface: [UInt8], id: TokenID)] = []
    for id in 0..<TokenID(count) {
      let surface = Self.surface(of: id, spelling) ?? []
      bytes += surface
      starts.append(UInt32(bytes.count))
      traits.append(surface.isEmpty ? [] : TokenTraits(surface))
      if surface.isEmpty { continue }
      if spelling.isByteFallback(id) {
        fallbacks.append((surface, id))
      } else {
        Self.add(surface, id, to: &builder)
      }
    }
    for (surface, id) in fallbacks { Self.add(surface, id, to: &builder) }
    tokens = builder.vocabulary()
  }

  /// The first token with a surface is the one that it means.
  private static func add(_ surface: [UInt8], _ id: TokenID, to builder: inout Vocabulary.Builder) {
    if let known = builder.add(surface, id: id) { builder.add(surface, id: known) }
  }

  /// What a token stands for; `nil` for tokens that are not text.
  private static func surface(of id: TokenID, _ spelling: TokenSpelling) -> [UInt8]? {
    switch spelling.kind(of: id) {
    case .normal, .byte: spelling.text(of: id)
    case .added, .special, .unknown, .unused, nil: nil
    }
  }

  /// The surface of a token that may merge; empty for any other.
  func surface(of id: TokenID) -> ArraySlice<UInt8> {
    guard id < traits.count else { return [] }
    return bytes[Int(starts[Int(id)])..<Int(starts[Int(id) + 1])]
  }

  func traits(of id: TokenID) -> TokenTraits { id < traits.count ? traits[Int(id)] : [] }

  /// The token that a surface means.
  func token(of surface: ArraySlice<UInt8>) -> TokenID? { tokens.id(of: surface) }
}
