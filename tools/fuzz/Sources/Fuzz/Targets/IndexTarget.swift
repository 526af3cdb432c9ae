import Graft

/// An index of rows with any changes, its hashes set right: opening fails with an error, or searches find rows that
/// exist.
///
/// Six bytes of the input are a change: a place in units of four bytes, and what stands there instead.
struct IndexTarget: Sendable {
  private static let (rowCount, columns) = (64, 8)
  private let scratch: Scratch
  private let rows: SearchedRows
  private let index: [UInt8]

  init() throws {
    scratch = try Scratch()
    let elements: [[Float]] = (0..<Self.rowCount).map { row in
      (0..<Self.columns).map { column in
        let number: Int = row * 31 + column * 17 + row * row * column
        return Float(number % 23 - 11)
      }
    }
    rows = SearchedRows(Matrix(elements).view)
    let path = scratch.path + "/whole.hnsw"
    try NearestNeighborIndex(rows).save(to: path, replacing: true)
    index = try FileSystem.read(path)
  }

  func run(_ bytes: [UInt8]) {
    var changed = index
    for start in stride(from: 0, to: bytes.count - 5, by: 6) {
      let place = 4 * (Int(bytes[start]) | Int(bytes[start + 1]) << 8)
      guard place + 4 <= changed.count else { continue }
      changed.replaceSubrange(place..<(place + 4), with: bytes[(start + 2)..<(start + 6)])
    }
    let path = scratch.write("rows.hnsw", SealedIndex.seal(changed) ?? changed)
    guard var index = try? NearestNeighborIndex(contentsOf: path, for: rows) else { return }
    // Fewer than there are nodes, so that the graph is walked.
    index.breadth = 4
    for similarity in Similarity.allCases {
      let query: [Float] = (0..<Self.columns).map { Float($0 * 5 % 7 - 3) }
      let found = try? index.nearest(to: query, count: 3, by: similarity)
      precondition(found?.allSatisfy { $0.row < Self.rowCount } ?? true, "a row does not exist")
    }
  }
}
