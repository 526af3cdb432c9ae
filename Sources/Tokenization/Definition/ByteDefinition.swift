/// A token for each of the 256 bytes of UTF-8: no vocabulary is learned, and nothing is unknown.
///
/// A byte is spelled as the character of Latin-1 with its number, as in transformers' `ByT5Tokenizer`.
public struct ByteDefinition: Sendable, Equatable {
  /// The id of byte 0, after which the others follow. ByT5 (Xue et al. 2022) leaves 0 to 2 to special
  /// tokens.
  public let offset: TokenID
  /// The 256 tokens.
  public let vocabulary: Vocabulary

  public init(offset: TokenID = 0) {
    self.offset = offset
    vocabulary = Vocabulary(
      (UInt8.min...UInt8.max).map { byte in
        (token: Self.spelling(of: byte), id: offset + TokenID(byte))
      })
  }

  /// How a byte is spelled.
  public static func spelling(of byte: UInt8) -> [UInt8] {
    Array(String(Unicode.Scalar(byte)).utf8)
  }

  /// The byte that is spelled `token`; `nil` for any other token.
  public static func byte(_ token: [UInt8]) -> UInt8? {
    switch token.count {
    case 1: token[0]
    case 2 where token[0] == 0xC2 || token[0] == 0xC3: token[0] << 6 | token[1] & 0x3F
    default: nil
    }
  }
}
