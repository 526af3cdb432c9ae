internal import ByteIO

/// What stands at the beginning of an index's file: numbers of 8 bytes, the lowest byte first.
struct IndexHeader {
  var columns: Int
  var rowCount: Int
  var nodeCount: Int
  var settings: NearestNeighborIndex.Settings
  /// The node where searches begin.
  var entry: Int
  /// The bytes of a node in the lowest level.
  var recordSize: Int
  /// The fingerprint of the rows.
  var rowsHash: UInt64
  /// That of everything after the header.
  var contentHash: UInt64 = 0

  /// `graftNNI`
  private static let magic: UInt64 = 0x494E_4E74_6661_7267
  /// Raised whenever older programs would misread newer files.
  private static let version: UInt64 = 1
  private static let fieldCount = 12
  /// A whole number of cache lines, so that what follows is aligned.
  static let size = 128

  init(_ index: NearestNeighborIndex) {
    columns = index.rows.columns
    rowCount = index.rows.count
    nodeCount = index.nodeCount
    settings = index.settings
    entry = index.graph?.entry ?? 0
    recordSize = index.graph?.recordSize ?? 0
    rowsHash = index.rows.fingerprint
  }

  /// - Throws: `VectorSearchError` when the file is no index or its header is damaged.
  init(_ file: MappedFile) throws(VectorSearchError) {
    let bytes = file.bytes
    guard bytes.count >= 8, bytes.loadUnaligned(as: UInt64.self).littleEndian == Self.magic else {
      throw .notAnIndex(path: file.path)
    }
    guard bytes.count >= Self.size else { throw .damaged(path: file.path) }
    let fields = (0..<Self.fieldCount).map {
      UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self))
    }
    guard fields[1] == Self.version else {
      throw .unknownVersion(path: file.path, version: fields[1])
    }
    guard fields[11] == Self.hash(fields.dropLast()) else { throw .damaged(path: file.path) }
    let numbers = fields[2...8].map { Int(exactly: $0) }
    settings = NearestNeighborIndex.Settings()
    guard let columns = numbers[0], let rowCount = numbers[1], let nodeCount = numbers[2],
      let links = numbers[3], let breadth = numbers[4], let entry = numbers[5],
      let recordSize = numbers[6], rowCount < Int(Int32.max), nodeCount <= rowCount,
      columns <= RowQuantizer.mostColumns,
      NearestNeighborIndex.Settings.linkRange.contains(links), breadth > 0
    else { throw .damaged(path: file.path) }
    (self.columns, self.rowCount, self.nodeCount) = (columns, rowCount, nodeCount)
    (self.entry, self.recordSize) = (entry, recordSize)
    (settings.links, settings.buildBreadth) = (links, breadth)
    (rowsHash, contentHash) = (fields[9], fields[10])
  }

  var bytes: [UInt8] {
    let numbers = [
      columns, rowCount, nodeCount, settings.links, settings.buildBreadth, entry, recordSize,
    ]
    var fields = [Self.magic, Self.version] + numbers.map(UInt64.init) + [rowsHash, contentHash]
    fields.append(Self.hash(fields[...]))
    let bytes = fields.flatMap { field in
      withUnsafeBytes(of: field.littleEndian) { Array($0) }
    }
    return bytes + [UInt8](repeating: 0, count: Self.size - bytes.count)
  }

  /// The fingerprint of the fields before it.
  static func hash(_ fields: ArraySlice<UInt64>) -> UInt64 {
    var fingerprint = Fingerprint()
    for field in fields { fingerprint.add(field) }
    return fingerprint.value
  }

  /// The fingerprint of what follows the header.
  static func hash(_ parts: UnsafeRawBufferPointer...) -> UInt64 {
    var fingerprint = Fingerprint()
    for part in parts { fingerprint.add(part) }
    return fingerprint.value
  }

  /// The same before it is written.
  static func hash(
    _ mean: [Float], _ starts: [UInt32], _ members: [UInt32], _ records: UnsafeRawBufferPointer,
    _ levels: [UInt8], _ upperLinks: [UInt8]
  ) -> UInt64 {
    mean.withUnsafeBytes { mean in
      starts.withUnsafeBytes { starts in
        members.withUnsafeBytes { members in
          levels.withUnsafeBytes { levels in
            upperLinks.withUnsafeBytes { hash(mean, starts, members, records, levels, $0) }
          }
        }
      }
    }
  }
}
