package import Tokenization

/// What a token stands for, independent of how its vocabulary spells it.
///
/// Two tokens of two vocabularies with the same surface mean the same.
public enum TokenSurface: Sendable, Hashable {
  /// The bytes that the token decodes to inside a text. A token that can only begin a word begins
  /// with the space before it, whatever mark its vocabulary uses.
  case text([UInt8])
  /// The same for a token that can only end a word (`</w>`).
  case wordEnd([UInt8])
  /// A control token, which stands for no text; known by its name.
  case special(String)
}

extension TokenSpelling {
  /// The surface of the token with `id`.
  ///
  /// - Parameter specialTokens: the tokens with a role, which stand for no text.
  package func surface(of id: TokenID, _ specialTokens: SpecialTokens) -> TokenSurface? {
    guard let spelled = vocabulary.spelling(of: id) else { return nil }
    if vocabulary.added[id]?.isSpecial == true || !specialTokens.roles(of: id).isEmpty {
      return .special(String(decoding: spelled, as: UTF8.self))
    }
    guard let text = text(of: id) else { return nil }
    return endsWord(id) ? .wordEnd(text) : .text(text)
  }

  /// The tokens that stand for text, ascending, with it.
  package func texts(_ specialTokens: SpecialTokens) -> [(id: TokenID, text: [UInt8])] {
    vocabulary.ids.compactMap { id in
      guard case .text(let text)? = surface(of: id, specialTokens), !text.isEmpty else {
        return nil
      }
      return (id, text)
    }
  }
}
