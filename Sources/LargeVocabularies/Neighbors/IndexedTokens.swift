public import LanguageModels
public import Tokenization
public import VectorSearch

/// The tokens whose output rows are nearest to a state, instead of all: for vocabularies so large that the
/// logits of all tokens would take most of a step.
///
/// The logits are those of the rows themselves; only whether a token is among the candidates is left to
/// the search.
public struct IndexedTokens: CandidateSource {
  public let model: LanguageModel
  /// Finds output rows.
  public let search: any NeighborSearch
  /// How many candidates there are, besides those that have to be.
  public let count: Int

  /// - Parameter search: over the output rows of `model`.
  public init(_ model: LanguageModel, search: any NeighborSearch, count: Int = 20) {
    self.model = model
    self.search = search
    self.count = count
  }

  public func candidates(
    after state: [Float], including required: Set<TokenID>
  ) throws -> [Candidate] {
    let found = try search.nearest(to: state, count: count, by: .product)
    let missing = required.subtracting(found.map { TokenID($0.row) })
      .filter { $0 < search.rows.count }
    return found.map { candidate($0.row, $0.similarity) }
      + missing.map { token in
        candidate(
          Int(token), search.rows.similarity(ofRow: Int(token), to: state, by: .product))
      }
  }

  private func candidate(_ row: Int, _ product: Float) -> Candidate {
    Candidate(token: TokenID(row), logit: model.logit(ofProduct: product))
  }
}
