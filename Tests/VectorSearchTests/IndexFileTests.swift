import ByteIO
import Tensors
import TestSupport
import Testing
import VectorSearch

/// Indices in files.
@Suite struct IndexFileTests {
  private let folder: TemporaryDirectory
  private let rows: SearchedRows
  private let bytes: [UInt8]

  init() throws {
    folder = try TemporaryDirectory()
    rows = SearchedRows(Samples.rows(1500, seed: 1).view)
    try NearestNeighborIndex(rows).save(to: folder("index"))
    bytes = try FileSystem.read(folder("index"))
  }

  private func open(_ bytes: [UInt8]) throws -> NearestNeighborIndex {
    let path = folder("changed")
    try FileSystem.writeAtomically(bytes, to: path, replacing: true)
    return try NearestNeighborIndex(contentsOf: path, for: rows)
  }

  private var damaged: VectorSearchError { .damaged(path: folder("changed")) }

  @Test func `A stored index finds what the one that was built finds`() throws {
    let built = try NearestNeighborIndex(rows)
    let opened = try NearestNeighborIndex(contentsOf: folder("index"), for: rows)
    for query in Samples.queries(20, seed: 2) {
      for similarity in Similarity.allCases {
        #expect(
          try opened.nearest(to: query, count: 10, by: similarity)
            == built.nearest(to: query, count: 10, by: similarity))
      }
    }
    try opened.save(to: folder("again"))
    #expect(try FileSystem.read(folder("again")) == bytes)
  }

  @Test func `An index of no rows is one`() throws {
    let none = SearchedRows(Matrix(rows: 0, columns: 5).view)
    try NearestNeighborIndex(none).save(to: folder("empty"))
    let opened = try NearestNeighborIndex(contentsOf: folder("empty"), for: none)
    let query = [Float](repeating: 1, count: 5)
    #expect(try opened.nearest(to: query, count: 3, by: .product).isEmpty)
  }

  @Test func `A file is not replaced unless that is asked for`() throws {
    let index = try NearestNeighborIndex(rows)
    #expect(throws: VectorSearchError.self) { try index.save(to: folder("index")) }
    try index.save(to: folder("index"), replacing: true)
  }

  @Test func `An index of other rows is refused`() throws {
    let others = [
      SearchedRows(Samples.rows(1500, seed: 2).view),
      SearchedRows(Samples.rows(1499, seed: 1).view),
      SearchedRows(rows.matrix, bias: [Float](repeating: 0, count: 1500)),
    ]
    for other in others {
      #expect(throws: VectorSearchError.otherRows(path: folder("index"))) {
        try NearestNeighborIndex(contentsOf: folder("index"), for: other)
      }
    }
  }

  @Test func `A file that is cut off is refused wherever it ends`() {
    for size in [8, 60, 127, 128, 500, bytes.count / 2, bytes.count - 1] {
      #expect(throws: damaged) { try open(Array(bytes.prefix(size))) }
    }
    #expect(throws: damaged) { try open(bytes + [0]) }
  }

  @Test func `A file of anything else is no index`() {
    for content in [[], Array("{}".utf8), [UInt8](repeating: 7, count: 4000)] {
      #expect(throws: VectorSearchError.notAnIndex(path: folder("changed"))) { try open(content) }
    }
    #expect(throws: VectorSearchError.self) {
      try NearestNeighborIndex(contentsOf: folder("missing"), for: rows)
    }
  }

  @Test func `A later form is refused by its number`() {
    var changed = bytes
    changed[8] = 9
    #expect(throws: VectorSearchError.unknownVersion(path: folder("changed"), version: 9)) {
      try open(changed)
    }
  }

  @Test func `A changed byte is noticed wherever it stands`() {
    var random = SeededGenerator(seed: 3)
    for _ in 0..<200 {
      var changed = bytes
      changed[Int.random(in: 16..<bytes.count, using: &random)] ^=
        1
        << UInt8.random(
          in: 0..<8, using: &random)
      // The rest of the header is filled up with zeros that nobody reads.
      if changed[96..<128].contains(where: { $0 != 0 }) { continue }
      #expect(throws: (any Error).self) { try open(changed) }
    }
  }

  @Test func `A file whose hashes fit is searched without harm or is refused`() throws {
    #expect(try #require(SealedIndex.seal(bytes)) == bytes)
    var random = SeededGenerator(seed: 4)
    let queries = Samples.queries(3, seed: 5)
    var opened = 0
    for _ in 0..<400 {
      var changed = bytes
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        // Numbers of four bytes, most of them in the parts that say where to go on.
        let place = 4 * Int.random(in: 4..<(bytes.count / 4), using: &random)
        let value = [0, 1, 1499, 1500, 0xFFFF, .max, UInt32.random(in: 0...2000, using: &random)]
          .randomElement(using: &random)
        withUnsafeBytes(of: value?.littleEndian) {
          changed.replaceSubrange(place..<(place + 4), with: $0.prefix(4))
        }
      }
      guard let sealed = SealedIndex.seal(changed), let index = try? open(sealed) else { continue }
      opened += 1
      for query in queries {
        let found = try index.nearest(to: query, count: 10, by: .product)
        #expect(found.allSatisfy { rows.matrix.rows > $0.row })
      }
    }
    #expect(opened > 0)
  }
}
