internal import ByteIO
internal import Tensors

extension NearestNeighborIndex {
  /// Writes the index to a file, which appears complete or not at all.
  ///
  /// - Parameter replacing: whether a file that stands there may be replaced.
  /// - Throws: `VectorSearchError.file`.
  public func save(to path: String, replacing: Bool = false) throws(VectorSearchError) {
    do {
      let levels = graph?.levels ?? []
      let upperLinks = graph?.upperLinks(levels) ?? []
      try withRecords { records in
        var header = IndexHeader(self)
        header.contentHash = IndexHeader.hash(
          mean, nodes.starts, nodes.members, records, levels, upperLinks)
        try FileSystem.writeAtomically(to: path, replacing: replacing) { file in
          try file.write(header.bytes)
          try mean.withUnsafeBytes { try file.write($0) }
          try nodes.starts.withUnsafeBytes { try file.write($0) }
          try nodes.members.withUnsafeBytes { try file.write($0) }
          try file.write(records)
          try file.write(upperLinks)
          try file.write(levels)
        }
      }
    } catch let error as FileError {
      throw .file(error)
    } catch {
      throw .failed
    }
  }

  private func withRecords(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
    guard let graph else { return try body(UnsafeRawBufferPointer(start: nil, count: 0)) }
    try graph.withRecords(body)
  }

  /// Opens an index. The graph stays in the mapped file.
  ///
  /// - Parameter rows: the rows that it was built for.
  /// - Throws: `VectorSearchError` when the file cannot be read, is no index, is damaged, or belongs to
  ///   other rows.
  public init(contentsOf path: String, for rows: SearchedRows) throws(VectorSearchError) {
    let file: MappedFile
    do { file = try MappedFile(path) } catch { throw .file(error) }
    defer { withExtendedLifetime(file) {} }
    let header = try IndexHeader(file)
    guard header.rowCount == rows.count, header.columns == rows.columns,
      header.rowsHash == rows.fingerprint
    else { throw .otherRows(path: path) }
    let quantizer = RowQuantizer(columns: header.columns)
    var sections = IndexSections(file.bytes.dropFirst(IndexHeader.size))
    guard let mean = sections.take(4 * header.columns),
      let starts = sections.take(4 * (header.nodeCount + 1)),
      let members = sections.take(4 * header.rowCount),
      let records = sections.take(header.recordSize, times: header.nodeCount),
      let upperLinks = sections.take(sections.count - header.nodeCount),
      let levels = sections.take(header.nodeCount),
      header.contentHash
        == IndexHeader.hash(
          mean, starts, members, records, levels, upperLinks),
      let nodes = RowGroups(
        starts: Self.numbers(starts), members: Self.numbers(members), rowCount: header.rowCount),
      nodes.count == header.nodeCount
    else { throw .damaged(path: path) }
    var graph: NeighborGraph?
    if header.nodeCount > 0 {
      graph = try NeighborGraph(
        quantizer: quantizer, settings: header.settings, entry: header.entry, records: records,
        levels: levels, upperLinks: upperLinks, in: file)
      if graph == nil { throw .damaged(path: path) }
    }
    self.init(
      rows: rows, settings: header.settings, graph: graph, nodes: nodes, mean: Self.numbers(mean))
  }

  private static func numbers<Number: BitwiseCopyable>(
    _ bytes: UnsafeRawBufferPointer
  ) -> [Number] {
    let size = MemoryLayout<Number>.size
    return (0..<(bytes.count / size)).map {
      bytes.loadUnaligned(fromByteOffset: $0 * size, as: Number.self)
    }
  }
}

/// The parts of a file, one after another.
private struct IndexSections {
  private var rest: Slice<UnsafeRawBufferPointer>

  init(_ bytes: Slice<UnsafeRawBufferPointer>) { rest = bytes }

  /// The number of bytes that have not been taken.
  var count: Int { rest.count }

  /// The next bytes; `nil` when there are not so many.
  mutating func take(_ size: Int, times factor: Int = 1) -> UnsafeRawBufferPointer? {
    let (count, overflows) = size.multipliedReportingOverflow(by: factor)
    guard !overflows, count >= 0, count <= rest.count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return UnsafeRawBufferPointer(rebasing: rest.prefix(count))
  }
}
