internal import Synchronization
internal import Tensors

extension NearestNeighborIndex {
  /// Builds an index, on all cores.
  ///
  /// - Parameter progress: is told the fraction that is done; what it throws ends the work.
  /// - Throws: `VectorSearchError` when a row has a number that is not finite, or there are more rows than
  ///   an index can hold.
  /// - Complexity: about O(rows · log rows · columns); memory for a byte per element and 4 · (2 · links +
  ///   10) bytes per row.
  public init(
    _ rows: SearchedRows, settings: Settings = Settings(),
    progress: (_ fraction: Double) throws -> Void = { _ in }
  ) throws {
    precondition(Settings.linkRange.contains(settings.links) && settings.buildBreadth > 0)
    guard rows.count < Int(Int32.max), rows.columns <= RowQuantizer.mostColumns else {
      throw VectorSearchError.tooLarge(rows: rows.count, columns: rows.columns)
    }
    // Such a row would spoil the mean, and by that all the others.
    if let row = rows.matrix.firstNonFiniteRow { throw VectorSearchError.nonFinite(row: row) }
    let builder = IndexBuilder(
      rows: rows, mean: rows.mean, quantizer: RowQuantizer(columns: rows.columns))
    let nodes = RowGroups(hashes: try builder.hashes(progress))
    guard rows.count > 0 else {
      self.init(
        rows: rows, settings: settings, graph: nil, nodes: nodes, mean: builder.mean)
      return
    }
    let graph = try NeighborGraph(
      nodeCount: nodes.count, quantizer: builder.quantizer, settings: settings)
    var done = 0
    while done < nodes.count {
      let round = done..<min(done + IndexBuilder.roundSize(after: done), nodes.count)
      try graph.addRound(round) { builder.node($0, nodes, settings, into: $1) }
      done = round.upperBound
      try progress(Double(done) / Double(nodes.count))
    }
    self.init(rows: rows, settings: settings, graph: graph, nodes: nodes, mean: builder.mean)
  }
}

/// The steps of building.
private struct IndexBuilder: Sendable {
  let rows: SearchedRows
  let mean: [Float]
  let quantizer: RowQuantizer

  /// Nodes of a round do not see each other, so that rounds are short beside what there is already.
  static func roundSize(after count: Int) -> Int { max(1, min(count / 16, 8192)) }

  /// Rows between two reports of progress.
  private static let rowsAtOnce = 1 << 16

  /// The hash of each row's direction.
  func hashes(_ progress: (Double) throws -> Void) throws -> [UInt64] {
    var hashes = [UInt64](repeating: 0, count: rows.count)
    let damaged = Atomic(Int.max)
    for start in stride(from: 0, to: rows.count, by: Self.rowsAtOnce) {
      try progress(0)
      let part = start..<min(start + Self.rowsAtOnce, rows.count)
      hashes.withUnsafeMutableBufferPointer { hashes in
        // Safe: each task writes elements of its own.
        nonisolated(unsafe) let hashes = hashes
        parallelFor(count: part.count, pieceSize: 512) { piece in
          var codes = [Int8](repeating: 0, count: quantizer.codeCount)
          for index in piece {
            let row = part.lowerBound + index
            let isFinite = codes.withUnsafeMutableBufferPointer { codes in
              quantize(row, into: codes) != nil && (rows.bias?[row].isFinite ?? true)
            }
            if !isFinite { damaged.min(row, ordering: .relaxed) }
            hashes[row] = codes.withUnsafeBytes(Fingerprint.hash)
          }
        }
      }
    }
    let row = damaged.load(ordering: .relaxed)
    if row < .max { throw VectorSearchError.nonFinite(row: row) }
    return hashes
  }

  /// Makes the node that stands for some rows of one direction. A search takes it for what is best of them.
  func node(
    _ node: Int, _ nodes: RowGroups, _ settings: NearestNeighborIndex.Settings,
    into codes: UnsafeMutableBufferPointer<Int8>
  ) -> NeighborGraph.Node {
    var result = NeighborGraph.Node(scales: .init(), inverseNorm: 0, bias: -.infinity, level: 0)
    for row in nodes[node].map(Int.init) {
      let (scales, norm) = quantize(row, into: codes) ?? (.init(), 0)
      result.scales.unitScale = scales.unitScale
      result.scales.scale = max(result.scales.scale, scales.scale)
      result.inverseNorm = max(result.inverseNorm, norm > 0 ? 1 / norm : 0)
      result.bias = max(result.bias, rows.bias?[row] ?? 0)
    }
    result.level = Self.level(
      of: Fingerprint.hash(UnsafeRawBufferPointer(codes)), links: settings.links)
    return result
  }

  /// Quantises a row less the mean.
  ///
  /// - Returns: `nil` for a row with a number that is not finite.
  private func quantize(
    _ row: Int, into codes: UnsafeMutableBufferPointer<Int8>
  ) -> (RowQuantizer.Scales, norm: Float)? {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: max(rows.columns, 1)) { memory in
      memory.initialize(repeating: 0)
      let floats = UnsafeMutableBufferPointer(rebasing: memory[..<rows.columns])
      rows.matrix.copyRows(row..<(row + 1), into: floats)
      let norm = VectorProduct.norm(UnsafeBufferPointer(floats))
      for column in floats.indices { floats[column] -= mean[column] }
      return quantizer.quantize(UnsafeBufferPointer(floats), into: codes).map { ($0, norm) }
    }
  }

  /// The level of a node: at least n with a probability of links⁻ⁿ, as hnswlib draws it.
  private static func level(of hash: UInt64, links: Int) -> Int {
    var rest = Fingerprint.mixed(hash)
    var level = 0
    while level < 15, rest % UInt64(links) == 0 {
      rest /= UInt64(links)
      level += 1
    }
    return level
  }
}
