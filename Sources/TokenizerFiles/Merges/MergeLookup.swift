internal import Tokenization

/// The way from the texts of two tokens to a merge of their ids.
struct MergeLookup {
  private let vocabulary: Vocabulary
  private let prefixLength: Int
  /// What the two tokens make, in a place that is used again and again.
  private var result: [UInt8] = []

  /// A token that a merge needs and the vocabulary lacks.
  struct MissingToken: Error {
    var token: [UInt8]

    /// To follow the name of the merge.
    var complaint: String {
      "needs the token `\(String(decoding: token, as: UTF8.self))`, which is not in the vocabulary"
    }
  }

  /// The look-up for a model whose vocabulary and options are known.
  init(_ definition: BPEDefinition) {
    vocabulary = definition.vocabulary
    prefixLength = definition.continuingPrefix?.utf8.count ?? 0
  }

  /// The merge of `left` and `right`; a continuing prefix of the right one falls away.
  mutating func merge(
    _ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer
  ) throws(MissingToken) -> BPEDefinition.Merge {
    result.removeAll(keepingCapacity: true)
    result.append(contentsOf: left)
    result.append(contentsOf: right.dropFirst(prefixLength))
    return BPEDefinition.Merge(left: try id(left), right: try id(right), result: try resultID())
  }

  /// The same for tokens in an array.
  mutating func merge(
    _ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>
  ) throws(MissingToken) -> BPEDefinition.Merge {
    try left.withUnsafeBufferPointer { left throws(MissingToken) in
      try right.withUnsafeBufferPointer { right throws(MissingToken) in
        try merge(UnsafeRawBufferPointer(left), UnsafeRawBufferPointer(right))
      }
    }
  }

  private func id(_ token: UnsafeRawBufferPointer) throws(MissingToken) -> TokenID {
    if let id = vocabulary.id(of: token) { return id }
    throw MissingToken(token: Array(token))
  }

  private func resultID() throws(MissingToken) -> TokenID {
    if let id = vocabulary.id(of: result) { return id }
    throw MissingToken(token: result)
  }
}
