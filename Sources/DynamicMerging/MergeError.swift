/// Why texts cannot be merged, or merged tokens have no rows.
public enum MergeError: Error, Equatable, CustomStringConvertible {
  /// The tokens of the tokenizer do not say which bytes they stand for.
  case noSurfaces
  /// A batch has more tokens than can be numbered.
  case batchTooLarge(tokens: Int)
  /// The new tokens of one batch are more than rows are kept.
  case batchExceedsCache(capacity: Int)
  /// The model has no row for a token.
  case noRow(token: UInt32, rows: Int)
  /// The model and the donor have no token in common.
  case nothingShared(donor: String)

  public var description: String {
    switch self {
    case .noSurfaces:
      "tokens that stand for any word cannot be merged: their bytes are only in the text"
    case .batchTooLarge(let tokens):
      "a batch of \(tokens) tokens is too large; make it smaller"
    case .batchExceedsCache(let capacity):
      "a batch has more than \(capacity) new tokens; let more rows be kept, make batches smaller or merge less"
    case .noRow(let token, let rows):
      "the text has the token \(token), but the model's input matrix has only \(rows) rows"
    case .nothingShared(let donor): "\(donor): the donor shares no token with the model"
    }
  }
}
