public import Tokenization

/// A text of a batch in the tokens of the base vocabulary.
public struct BaseSequence: Sendable, Equatable {
  public private(set) var ids: [TokenID]
  /// Where each token stands, in bytes of the original text; empty ranges for inserted tokens.
  public private(set) var offsets: [Range<Int>]
  /// The piece of the pre-tokenizer that each token is a part of; `nil` for an inserted token.
  public private(set) var pieces: [UInt32?]
  /// The word that each token belongs to, to which labels may be given; `nil` for an inserted token. The pieces,
  /// unless a data set has words of its own.
  public var wordIDs: [UInt32?]

  /// The tokens of an encoding.
  public init(_ encoding: Encoding) {
    ids = encoding.ids
    offsets = encoding.offsets
    pieces = encoding.wordIDs
    wordIDs = encoding.wordIDs
  }

  /// Tokens that are known. All lists are equally long.
  public init(ids: [TokenID], offsets: [Range<Int>], pieces: [UInt32?], wordIDs: [UInt32?]? = nil) {
    precondition(ids.count == offsets.count && ids.count == pieces.count)
    precondition(wordIDs.map { $0.count == ids.count } ?? true)
    self.ids = ids
    self.offsets = offsets
    self.pieces = pieces
    self.wordIDs = wordIDs ?? pieces
  }

  /// The number of tokens.
  public var count: Int { ids.count }

  /// A part of the sequence as one of its own; offsets stay those in the whole text.
  public subscript(range: Range<Int>) -> BaseSequence {
    BaseSequence(
      ids: Array(ids[range]), offsets: Array(offsets[range]), pieces: Array(pieces[range]),
      wordIDs: Array(wordIDs[range]))
  }
}
