internal import Tokenization

/// The way from the texts of two tokens to a merge of their ids.
struct MergeLookup {
  private let vocabulary: Vocabulary
  private let prefixLength: Int

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
  func merge(
    _ left: some Collection<UInt8>, _ right: some Collection<UInt8>
  ) throws(MissingToken) -> BPEDefinition.Merge {
    BPEDefinition.Merge(
      left: try id(left), right: try id(right),
      result: try id(Array(left) + right.dropFirst(prefixLength)))
  }

  private func id(_ token: some Collection<UInt8>) throws(MissingToken) -> TokenID {
    if let id = vocabulary.id(of: token) { return id }
    throw MissingToken(token: Array(token))
  }
}
