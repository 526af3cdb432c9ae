internal import Tensors

/// Finds most of the nearest rows without looking at all of them: a navigable small-world graph (Malkov and
/// Yashunin 2018, "Efficient and robust approximate nearest neighbor search using Hierarchical Navigable
/// Small World graphs"), kept by hnswlib.
///
/// Rows are seen from their mean, which changes all products with a query by the same amount: embeddings
/// lie far to one side, and seen from the origin their directions hardly differ. Rows of the same direction
/// are one node of the graph, so that the many equal rows that averages make do not cut it into pieces.
/// Nodes are linked to those at the smallest angles. A search walks these links towards the largest
/// products, or cosines, of quantised rows. What it has found is then compared by the rows themselves, so
/// that similarities are exact, and only whether a row is found is not certain.
///
/// The graph depends on the rows and the settings alone: not on the number of threads, and neither on the
/// order of the rows nor on a seed.
public struct NearestNeighborIndex: NeighborSearch {
  /// What decides on size and quality.
  public struct Settings: Sendable, Equatable {
    /// How many links a node asks for (M).
    public var links = 16
    /// How many candidates are looked at for them (efConstruction).
    public var buildBreadth = 128

    public init() {}

    static let linkRange = 2...256
  }

  public let rows: SearchedRows
  public let settings: Settings
  /// How many candidates a search keeps (ef), unless more rows are wanted. At first one for every 400 nodes, but
  /// 800 at least: a million rows of a grown vocabulary take that for 19 of the 20 with the largest logits.
  public var breadth: Int
  /// `nil` when there are no rows.
  let graph: NeighborGraph?
  let nodes: RowGroups
  /// The mean of the rows.
  let mean: [Float]

  init(
    rows: SearchedRows, settings: Settings, graph: NeighborGraph?, nodes: RowGroups, mean: [Float]
  ) {
    self.rows = rows
    self.settings = settings
    self.graph = graph
    self.nodes = nodes
    self.mean = mean
    breadth = max(800, nodes.count / 400)
  }

  /// The number of different directions among the rows.
  public var nodeCount: Int { nodes.count }

  /// The memory that the graph and its rows take, in bytes.
  public var memorySize: Int {
    guard let graph else { return 0 }
    return nodes.count * (graph.recordSize + 1 + MemoryLayout<UnsafeRawPointer>.stride)
      + nodes.memorySize
  }

  public func nearest(
    to query: [Float], count: Int, by similarity: Similarity
  ) throws(VectorSearchError) -> [Neighbor] {
    try requireValid(query)
    let breadth = max(breadth, count)
    guard let graph, breadth < nodes.count else {
      return try ExactSearch(rows).nearest(to: query, count: count, by: similarity)
    }
    let found = try graph.search(
      query, offset: VectorProduct.of(query, mean), breadth: breadth, by: similarity)
    var best = NearestNeighbors(limit: min(count, rows.count))
    let candidates = found.flatMap { nodes[$0].map(Int.init) }
    for neighbor in rows.similarities(ofRows: candidates, to: query, by: similarity) {
      best.offer(neighbor.row, neighbor.similarity)
    }
    return best.sorted()
  }
}

extension NearestNeighborIndex {
  /// What the names of index files end in.
  public static let fileEnding = ".hnsw"
}
