internal import Tokenization

extension DerivedVocabulary {
  /// The part of a model's vocabulary that a request leaves, renumbered from 0 in the old order.
  ///
  /// Every text of which the old tokenizer makes only tokens that are kept is cut as before.
  ///
  /// - Throws: `DerivationError` when the request cannot be met.
  public init(pruning model: ModelDirectory, _ request: PruningRequest) throws(DerivationError) {
    let kept = try KeptTokens(of: model, request)
    // Tokens beside the model are numbered after its own, as Hugging Face's library does it.
    let entries = Set(model.tokenizer.model.vocabulary.entries.map(\.id))
    let ordered = kept.ids.sorted {
      entries.contains($0) != entries.contains($1) ? entries.contains($0) : $0 < $1
    }
    var newIDs: [TokenID: TokenID] = [:]
    for (index, id) in ordered.enumerated() { newIDs[id] = TokenID(index) }
    self.init(.prune, try model.tokenizer.withNewIDs(newIDs), newIDs: newIDs)
  }
}
