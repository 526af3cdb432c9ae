public import Tokenization

/// A vocabulary that cannot be made from another one.
public enum DerivationError: Error, Equatable, CustomStringConvertible {
  /// A part of the tokenizer needs a token that would be gone.
  case needsToken(String)
  /// The tokens of the model are fixed.
  case fixedVocabulary
  /// The tokenizer's file cannot say what the new tokenizer is.
  case unwritable([String])
  /// A token that is to be kept is not in the vocabulary.
  case unknownToken(String)
  /// What must be kept is more than what is asked for.
  case tooSmall(requested: Int, needed: Int)
  /// Nothing says which tokens to keep.
  case nothingAsked
  /// The tokenizer would cut the text of a new token.
  case unreachable(String)
  /// A model of this kind takes no new tokens.
  case notExtendable(String)
  /// Two vocabularies are to be united of which one is no byte-pair encoding.
  case notUnitable
  /// Two vocabularies are to be united whose tokenizers do not cut texts into words alike.
  case differentPipelines
  /// A tokenizer that should only have more tokens has another one under an id, or none.
  case changed(TokenID)

  public var description: String {
    switch self {
    case .needsToken(let token):
      "the tokenizer needs \(token), which would be gone; keep it"
    case .fixedVocabulary: "the tokens of a byte tokenizer are fixed"
    case .unwritable(let losses):
      "the tokenizer cannot be written in its format without losing "
        + losses.joined(separator: "; ")
    case .unknownToken(let token):
      "there is no token `\(token)`; tokens are named as the vocabulary spells them, or by the text "
        + "that they stand for"
    case .tooSmall(let requested, let needed):
      "\(requested) tokens are asked for, but \(needed) must be kept: special tokens, bytes, and what "
        + "the tokens of the corpus are made from"
    case .nothingAsked:
      "nothing says which tokens to keep: give a corpus, a list of tokens, or a size"
    case .unreachable(let token):
      "the tokenizer would still cut `\(token)`: its pre-tokenizer or normalizer divides the text, or "
        + "other merges come first; add it as an added token"
    case .notExtendable(let kind):
      "a \(kind) model takes no new tokens; convert the tokenizer to a tokenizer.json first"
    case .notUnitable:
      "only two byte-pair encodings can be united; give the other model this one's tokenizer with "
        + "`graft transplant` instead"
    case .differentPipelines:
      "the two tokenizers normalize texts or cut them into words differently, so that one cannot make the "
        + "other's tokens; give one model the other's tokenizer with `graft transplant` instead"
    case .changed(let id):
      "the new tokenizer has another token under the id \(id); it must keep all that there are"
    }
  }
}
