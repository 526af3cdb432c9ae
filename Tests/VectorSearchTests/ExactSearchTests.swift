import Tensors
import Testing
import VectorSearch

@Suite struct ExactSearchTests {
  @Test(arguments: Similarity.allCases)
  func `An exact search finds what comparing every row finds`(similarity: Similarity) throws {
    let matrix = Samples.rows(5000, columns: 19, seed: 1)
    let bias = Samples.queries(1, columns: 5000, seed: 2)[0]
    for rows in [SearchedRows(matrix.view), SearchedRows(matrix.view, bias: bias)] {
      for query in Samples.queries(5, columns: 19, seed: 3) {
        let found = try ExactSearch(rows).nearest(to: query, count: 20, by: similarity)
        #expect(
          found.map(\.row) == Samples.nearest(rows, to: query, count: 20, by: similarity))
        for neighbor in found {
          #expect(
            neighbor.similarity
              == rows.similarity(ofRow: neighbor.row, to: query, by: similarity))
        }
      }
    }
  }

  @Test func `Equally near rows come in their order, and a search for more finds all`() throws {
    let matrix = Matrix([[1, 0], [0, 1], [2, 0], [1, 0], [0, 0]])
    let search = ExactSearch(SearchedRows(matrix.view))
    #expect(
      try search.nearest(to: [1, 0], count: 9, by: .product).map(\.row) == [2, 0, 3, 1, 4])
    #expect(try search.nearest(to: [3, 0], count: 3, by: .cosine).map(\.row) == [0, 2, 3])
    #expect(try search.nearest(to: [1, 0], count: 0, by: .product).isEmpty)
  }

  @Test func `A row with an undefined number is never found`() throws {
    let matrix = Matrix([[.nan, 1], [1, 1]])
    let search = ExactSearch(SearchedRows(matrix.view))
    #expect(try search.nearest(to: [1, 1], count: 2, by: .product).map(\.row) == [1])
  }

  @Test func `A query that does not fit the rows is refused`() {
    let search = ExactSearch(SearchedRows(Matrix([[1, 2]]).view))
    #expect(throws: VectorSearchError.wrongWidth(3, expected: 2)) {
      try search.nearest(to: [1, 2, 3], count: 1, by: .product)
    }
    #expect(throws: VectorSearchError.nonFiniteQuery) {
      try search.nearest(to: [1, .infinity], count: 1, by: .product)
    }
  }
}
