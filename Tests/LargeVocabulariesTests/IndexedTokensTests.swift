import LanguageModels
import LargeVocabularies
import Surgery
import Tensors
import TestSupport
import Testing
import Tokenization
import VectorSearch

@Suite struct IndexedTokensTests {
  private let directory: ModelDirectory
  private let model: LanguageModel

  init() throws {
    directory = try ModelDirectory(PackageFiles.exampleDonor)
    model = try LanguageModel(PackageFiles.exampleDonor)
  }

  private func prompt() throws -> [TokenID] {
    let tokenizer = try Tokenizer(directory.tokenizer)
    return [0] + (try tokenizer.ids(of: "And the LORD said unto", addSpecialTokens: false))
  }

  @Test func `Candidates have the logits of the model`() throws {
    let state = try model.finalState(after: prompt(), cache: model.makeCache())
    let logits = model.logits(after: state)
    let source = IndexedTokens(model, search: ExactSearch(directory.rows(.output)), count: 30)
    let candidates = try source.candidates(after: state, including: [1, 2])
    #expect(candidates.count >= 30)
    #expect(Set(candidates.map(\.token)).isSuperset(of: [1, 2]))
    for candidate in candidates {
      #expect(abs(candidate.logit - logits[Int(candidate.token)]) < 1e-3)
    }
    let best = logits.indices.sorted { logits[$0] > logits[$1] }.prefix(30)
    #expect(Set(candidates.map { Int($0.token) }).isSuperset(of: best))
  }

  @Test func `A text from the nearest rows is that from all of them`() throws {
    let prompt = try prompt()
    let all = try TextGenerator(model).tokens(after: prompt, limit: 30)
    let index = try NearestNeighborIndex(directory.rows(.output))
    for search in [index, ExactSearch(directory.rows(.output))] as [any NeighborSearch] {
      let generator = TextGenerator(model, source: IndexedTokens(model, search: search))
      #expect(try generator.tokens(after: prompt, limit: 30) == all)
    }
  }

  @Test func `A token that was read again is known by its new row`() throws {
    // The final state after a token depends on its input row alone when nothing stands before it.
    let query = try TokenQuery(after: [7], in: model)
    #expect(query.vector == (try model.hiddenStates(of: [7])).row(0))
  }

  @Test func `A query is a token's row or the mean of several`() throws {
    let rows = directory.rows(.input)
    #expect(try TokenQuery([5], rows: rows).vector == rows.matrix.row(5))
    let mean = zip(rows.matrix.row(5), rows.matrix.row(6)).map { ($0 + $1) / 2 }
    #expect(try TokenQuery([5, 6], rows: rows).vector == mean)
    #expect(throws: TokenQueryError.noTokens) { try TokenQuery([], rows: rows) }
    #expect(throws: TokenQueryError.noRow(9999, rows: 4096)) {
      try TokenQuery([9999], rows: rows)
    }
  }
}
