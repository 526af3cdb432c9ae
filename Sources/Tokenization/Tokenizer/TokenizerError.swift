public import Normalization

/// Why a tokenizer cannot be prepared from its definition, or cannot process a text.
public enum TokenizerError: Error, Equatable, CustomStringConvertible {
  /// The definition needs a part that graft can read but not yet run.
  case unavailable(String)
  /// A normalizer or a pattern cannot be prepared or gave up on a text.
  case normalization(NormalizationError)
  /// The unknown token is needed but is not in the vocabulary.
  case missingUnknownToken(String)
  /// A character is unknown and the model names no unknown token.
  case missingUnknownID
  /// A template names a special token that it does not define.
  case undefinedSpecialToken(String)
  /// The template for a single text asks for a second one.
  case secondTextInSingleTemplate
  /// Truncation would repeat as many tokens as a part has.
  case strideTooLong(stride: Int, length: Int)
  /// Truncation leaves less than the special tokens need.
  case noRoomForSpecialTokens(count: Int, length: Int)
  /// Only the second text is to be truncated, but there is none.
  case missingSecondText
  /// The text that is to be truncated has fewer tokens than are too many.
  case textTooShortToTruncate
  /// The text is not well-formed UTF-8.
  case invalidUTF8(offset: Int)
  /// The caller's memory is too small for the ids of the text.
  case bufferTooSmall(needed: Int)
  /// A model that contradicts itself or lacks something that it needs.
  case invalidModel(String)
  /// An id that no token has.
  case unknownID(TokenID)

  public var description: String {
    switch self {
    case .unavailable(let part):
      "the tokenizer needs a part that this version of graft cannot run: \(part)"
    case .normalization(let error): error.description
    case .missingUnknownToken(let token):
      "the text needs the unknown token `\(token)`, which is not in the vocabulary"
    case .missingUnknownID:
      "the text has a character that is not in the vocabulary, and the model names no unknown token"
    case .undefinedSpecialToken(let name):
      "the post-processor's template uses `\(name)`, which its special_tokens do not define"
    case .secondTextInSingleTemplate:
      "the post-processor's template for a single text uses the second text, `B`"
    case .strideTooLong(let stride, let length):
      "the truncation's stride of \(stride) leaves no progress in parts of \(length) tokens"
    case .noRoomForSpecialTokens(let count, let length):
      "the \(count) special tokens do not fit the truncation's \(length) tokens"
    case .missingSecondText: "the second text is to be truncated, but there is none"
    case .textTooShortToTruncate:
      "the text that is to be truncated is too short to make up for the other one"
    case .invalidUTF8(let offset): "the text is not valid UTF-8 (at byte \(offset))"
    case .bufferTooSmall(let needed): "the text has \(needed) tokens, more than there is room for"
    case .invalidModel(let complaint): "the tokenizer's model is not valid: \(complaint)"
    case .unknownID(let id): "no token has the id \(id)"
    }
  }
}

extension TokenizerError {
  /// Whether the tokenizer is sound and only needs a part that this version cannot run.
  public var isUnavailable: Bool {
    switch self {
    case .unavailable, .normalization(.unavailable): true
    default: false
    }
  }

  /// Runs `body` and passes its error on as one of the tokenizer's.
  static func wrapping<Result>(
    _ body: () throws(NormalizationError) -> Result
  ) throws(TokenizerError) -> Result {
    do throws(NormalizationError) { return try body() } catch { throw .normalization(error) }
  }
}
