import ByteIO
import Tensors
import TestSupport
import Testing

@testable import VectorSearch

@Suite struct NearestNeighborIndexTests {
  @Test(arguments: Similarity.allCases)
  func `An index finds nearly all that an exact search finds`(similarity: Similarity) throws {
    let matrix = Samples.rows(6000, seed: 1)
    var index = try NearestNeighborIndex(SearchedRows(matrix.view))
    index.breadth = 400
    let queries = Samples.queries(60, seed: 2)
    #expect(try Samples.recall(index, queries, count: 10, by: similarity) > 0.95)
  }

  @Test func `Rows that all lie to one side are found as well`() throws {
    var matrix = Samples.rows(3000, seed: 20)
    matrix.withMutableElements { elements in
      for index in elements.indices { elements[index] += index % 24 < 12 ? 30 : -30 }
    }
    let index = try NearestNeighborIndex(SearchedRows(matrix.view))
    let queries = Samples.queries(40, seed: 21)
    for similarity in Similarity.allCases {
      #expect(try Samples.recall(index, queries, count: 10, by: similarity) > 0.9)
    }
  }

  @Test func `Biases count where products do`() throws {
    let matrix = Samples.rows(3000, seed: 3)
    let bias = Samples.queries(1, columns: 3000, seed: 4)[0].map { $0 * 4 }
    var index = try NearestNeighborIndex(SearchedRows(matrix.view, bias: bias))
    index.breadth = 400
    let queries = Samples.queries(40, seed: 5)
    #expect(try Samples.recall(index, queries, count: 10, by: .product) > 0.95)
  }

  @Test func `What is found has the similarity of the rows themselves`() throws {
    let rows = SearchedRows(Samples.rows(2000, seed: 6).view)
    let index = try NearestNeighborIndex(rows)
    for query in Samples.queries(5, seed: 7) {
      let found = try index.nearest(to: query, count: 5, by: .product)
      #expect(found == found.sorted { $0.similarity > $1.similarity })
      for neighbor in found {
        #expect(
          neighbor.similarity == rows.similarity(ofRow: neighbor.row, to: query, by: .product))
      }
    }
  }

  @Test func `The number of threads does not matter`() throws {
    let rows = SearchedRows(Samples.rows(3000, seed: 8).view)
    let folder = try TemporaryDirectory()
    try NearestNeighborIndex(rows).save(to: folder("many"))
    ThreadLimit.set(1)
    defer { ThreadLimit.set(nil) }
    try NearestNeighborIndex(rows).save(to: folder("one"))
    #expect(try FileSystem.read(folder("many")) == FileSystem.read(folder("one")))
  }

  @Test func `The order of the rows does not matter to the graph`() throws {
    let matrix = Samples.rows(1500, seed: 9)
    let reversed = Matrix((0..<1500).reversed().map { matrix.row($0) })
    let index = try NearestNeighborIndex(SearchedRows(matrix.view))
    let other = try NearestNeighborIndex(SearchedRows(reversed.view))
    let bytes = index.graph?.withRecords { Array($0) }
    #expect(bytes == other.graph?.withRecords { Array($0) })
  }

  // MARK: Unusual rows

  @Test func `Thousands of equal rows do not hide the others`() throws {
    var matrix = Samples.rows(4000, seed: 10)
    let row = matrix.row(0)
    for index in 0..<2500 { matrix.withMutableRow(index) { _ = $0.update(fromContentsOf: row) } }
    let index = try NearestNeighborIndex(SearchedRows(matrix.view))
    #expect(index.nodeCount == 1501)
    let queries = Samples.queries(30, seed: 11)
    #expect(try Samples.recall(index, queries, count: 10, by: .cosine) > 0.97)
    let found = try index.nearest(to: row, count: 2000, by: .cosine).map(\.row)
    #expect(found == Array(0..<2000))
  }

  @Test func `Rows of zeros are like any other`() throws {
    var matrix = Samples.rows(1200, seed: 12)
    for index in 0..<300 {
      matrix.withMutableRow(index) { $0.update(repeating: 0) }
    }
    let index = try NearestNeighborIndex(SearchedRows(matrix.view))
    #expect(index.nodeCount == 901)
    let queries = Samples.queries(20, seed: 13)
    #expect(try Samples.recall(index, queries, count: 10, by: .cosine) > 0.97)
    #expect(
      try index.nearest(to: [Float](repeating: 0, count: 24), count: 3, by: .cosine).count == 3)
  }

  @Test func `Few rows, and a search for more than there are, give all`() throws {
    for count in [0, 1, 2, 7] {
      let matrix = Samples.rows(count, clusters: 3, seed: 14)
      let index = try NearestNeighborIndex(SearchedRows(matrix.view))
      let query = Samples.queries(1, columns: matrix.columns, seed: 15)[0]
      #expect(try index.nearest(to: query, count: 20, by: .product).count == count)
      #expect(try index.nearest(to: query, count: 0, by: .product).isEmpty)
    }
  }

  @Test func `A row with an undefined number is named`() throws {
    var matrix = Samples.rows(300, seed: 16)
    matrix[217, 3] = .nan
    matrix[280, 0] = .infinity
    #expect(throws: VectorSearchError.nonFinite(row: 217)) {
      try NearestNeighborIndex(SearchedRows(matrix.view))
    }
  }

  @Test func `Building ends when it is told to`() throws {
    struct Ended: Error {}
    let rows = SearchedRows(Samples.rows(2000, seed: 17).view)
    #expect(throws: Ended.self) {
      try NearestNeighborIndex(rows) { if $0 > 0.5 { throw Ended() } }
    }
  }
}
