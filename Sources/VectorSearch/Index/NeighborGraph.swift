internal import CHNSW
internal import Synchronization
internal import Tensors

/// hnswlib's graph; all pointers to it are here.
///
/// `@unchecked Sendable`: a graph is changed only while it is built, by the one who builds it; searches do
/// not change it, and hnswlib's own lists of visited nodes are behind a lock.
final class NeighborGraph: @unchecked Sendable {
  private let graph: OpaquePointer
  let nodeCount: Int
  let quantizer: RowQuantizer
  let settings: NearestNeighborIndex.Settings
  /// What the graph was opened in, when it was not built.
  private let memory: (any AnyObject)?

  deinit { hnsw_destroy(graph) }

  /// A graph without nodes.
  ///
  /// - Parameter nodeCount: how many there will be, at least 1.
  init(
    nodeCount: Int, quantizer: RowQuantizer, settings: NearestNeighborIndex.Settings
  ) throws(VectorSearchError) {
    var shape = Self.shape(nodeCount, quantizer, settings)
    var graph: OpaquePointer?
    try Self.check(hnsw_create(&shape, &graph))
    guard let graph else { throw .failed }
    self.graph = graph
    self.nodeCount = nodeCount
    self.quantizer = quantizer
    self.settings = settings
    memory = nil
  }

  /// A stored graph.
  ///
  /// - Parameters:
  ///   - memory: keeps the bytes in place.
  ///   - levels: the level of each node.
  /// - Returns: `nil` when the parts make no graph.
  init?(
    quantizer: RowQuantizer, settings: NearestNeighborIndex.Settings, entry: Int,
    records: UnsafeRawBufferPointer, levels: UnsafeRawBufferPointer,
    upperLinks: UnsafeRawBufferPointer, in memory: any AnyObject
  ) throws(VectorSearchError) {
    var shape = Self.shape(levels.count, quantizer, settings)
    var graph: OpaquePointer?
    var stored = hnsw_stored(
      records: records.baseAddress, records_size: records.count, upper: upperLinks.baseAddress,
      upper_size: upperLinks.count, levels: levels.assumingMemoryBound(to: UInt8.self).baseAddress,
      entry: entry)
    let status = hnsw_open(&shape, &stored, &graph)
    if status == HNSW_INVALID { return nil }
    try Self.check(status)
    guard let graph else { throw .failed }
    self.graph = graph
    nodeCount = levels.count
    self.quantizer = quantizer
    self.settings = settings
    self.memory = memory
  }

  private static func shape(
    _ nodeCount: Int, _ quantizer: RowQuantizer, _ settings: NearestNeighborIndex.Settings
  ) -> hnsw_shape {
    hnsw_shape(
      capacity: nodeCount, dimension: quantizer.codeCount, links: settings.links,
      breadth: settings.buildBreadth)
  }

  private static func check(_ status: hnsw_status) throws(VectorSearchError) {
    switch status {
    case HNSW_OK: return
    case HNSW_OUT_OF_MEMORY: throw .outOfMemory
    default: throw .failed
    }
  }

  // MARK: Building

  /// A row as a node has it.
  struct Node {
    var scales: RowQuantizer.Scales
    /// The reciprocal norm of the row with the mean; 0 where it has none.
    var inverseNorm: Float
    var bias: Float
    var level: Int
  }

  /// Adds nodes after those there are, which it links to them, on all cores.
  ///
  /// - Parameters:
  ///   - nodes: the numbers of the new nodes; one in the first round.
  ///   - content: writes the codes of a node and returns the rest of it.
  func addRound(
    _ nodes: Range<Int>,
    _ content: @Sendable (_ node: Int, _ codes: UnsafeMutableBufferPointer<Int8>) -> Node
  ) throws(VectorSearchError) {
    hnsw_begin_round(graph, nodes.count)
    try forEach(nodes) { graph, node in
      withUnsafeTemporaryAllocation(of: Int8.self, capacity: quantizer.codeCount) { codes in
        codes.initialize(repeating: 0)
        let content = content(node, codes)
        var row = hnsw_row(
          scale: content.scales.scale, unit_scale: content.scales.unitScale,
          inverse_norm: content.inverseNorm, bias: content.bias, codes: codes.baseAddress)
        return hnsw_add(graph, node, &row, CInt(content.level))
      }
    }
    try forEach(nodes, hnsw_find_links)
    var groups = 0
    try Self.check(hnsw_group_links(graph, &groups))
    try forEach(0..<groups, hnsw_link_back)
    hnsw_end_round(graph)
  }

  /// Calls `body` for each number, on all cores.
  private func forEach(
    _ range: Range<Int>, _ body: @Sendable (OpaquePointer, Int) -> hnsw_status
  ) throws(VectorSearchError) {
    let failure = Atomic(Int(HNSW_OK.rawValue))
    // Safe: the functions that are called here may be called side by side.
    nonisolated(unsafe) let graph = graph
    parallelFor(count: range.count, pieceSize: 16) { piece in
      for index in piece {
        let status = body(graph, range.lowerBound + index)
        if status != HNSW_OK { failure.store(Int(status.rawValue), ordering: .relaxed) }
      }
    }
    try Self.check(hnsw_status(UInt32(failure.load(ordering: .relaxed))))
  }

  // MARK: Searching

  /// Nodes near to a query, in no order.
  ///
  /// - Parameters:
  ///   - offset: the product of the query and the mean of all rows.
  ///   - breadth: how many candidates are kept on the way, and found at most.
  func search(
    _ query: [Float], offset: Float, breadth: Int, by similarity: Similarity
  ) throws(VectorSearchError) -> [Int] {
    let (codes, scale) = quantizer.quantize(query: query)
    var status = HNSW_OK
    let nodes = [UInt32](unsafeUninitializedCapacity: breadth) { nodes, count in
      codes.withUnsafeBufferPointer { codes in
        var query = hnsw_query(
          codes: codes.baseAddress, scale: scale, offset: offset,
          by_product: similarity == .product ? 1 : 0)
        status = hnsw_search(graph, &query, breadth, nodes.baseAddress, &count)
      }
    }
    try Self.check(status)
    return nodes.map(Int.init)
  }

  // MARK: Storing

  /// The bytes of a node in the lowest level.
  var recordSize: Int { hnsw_record_size(graph) }
  /// The bytes of a node's links in one level above it.
  var levelSize: Int { hnsw_level_size(graph) }
  /// The node where searches begin.
  var entry: Int { hnsw_entry(graph) }
  /// The level of each node.
  var levels: [UInt8] { (0..<nodeCount).map { UInt8(hnsw_level(graph, $0)) } }

  /// Calls `body` with the records of all nodes, which must not escape.
  func withRecords<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    defer { withExtendedLifetime(self) {} }
    return try body(
      UnsafeRawBufferPointer(start: hnsw_records(graph), count: nodeCount * recordSize))
  }

  /// The links of the levels above the lowest, node by node and level by level.
  func upperLinks(_ levels: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    for (node, level) in levels.enumerated() where level > 0 {
      result += UnsafeRawBufferPointer(
        start: hnsw_upper_links(graph, node), count: Int(level) * levelSize)
    }
    return result
  }
}
