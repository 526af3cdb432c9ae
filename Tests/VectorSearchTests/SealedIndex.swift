import ByteIO

@testable import VectorSearch

/// The bytes of an index file that has been changed with care: its hashes fit again, so that what it says must be
/// checked by its meaning.
enum SealedIndex {
  private static let contentHashField = 10
  private static let headerHashField = 11

  /// - Returns: `nil` when the parts that the header names do not fit the file.
  static func seal(_ bytes: [UInt8]) -> [UInt8]? {
    guard bytes.count >= IndexHeader.size else { return nil }
    var fields = bytes.withUnsafeBytes { bytes in
      (0..<headerHashField).map {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self))
      }
    }
    // Far beyond any file, and still no sum or product of two of them overflows.
    func field(_ index: Int) -> Int? { fields[index] < 1 << 30 ? Int(fields[index]) : nil }
    guard let columns = field(2), let rows = field(3), let nodes = field(4), let record = field(8)
    else { return nil }
    let front = [4 * columns, 4 * (nodes + 1), 4 * rows, record * nodes]
    let upper = bytes.count - IndexHeader.size - front.reduce(0, +) - nodes
    guard upper >= 0 else { return nil }
    let hash = bytes.withUnsafeBytes { all in
      var rest = all.dropFirst(IndexHeader.size)
      let parts = (front + [upper, nodes]).map { size in
        defer { rest = rest.dropFirst(size) }
        return UnsafeRawBufferPointer(rebasing: rest.prefix(size))
      }
      return IndexHeader.hash(parts[0], parts[1], parts[2], parts[3], parts[5], parts[4])
    }
    fields[contentHashField] = hash
    var sealed = bytes
    set(hash, at: contentHashField, in: &sealed)
    set(IndexHeader.hash(fields[...]), at: headerHashField, in: &sealed)
    return sealed
  }

  private static func set(_ value: UInt64, at field: Int, in bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) {
      bytes.replaceSubrange((8 * field)..<(8 * field + 8), with: $0)
    }
  }
}
