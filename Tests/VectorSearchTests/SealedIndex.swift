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
    var bytes = bytes
    func field(_ index: Int) -> Int? {
      let value = bytes.withUnsafeBytes {
        UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
      }
      // Far beyond any file, and still no sum or product of two of them overflows.
      return value < 1 << 30 ? Int(value) : nil
    }
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
    set(hash, at: contentHashField, in: &bytes)
    var header = Fingerprint()
    for index in 0..<headerHashField {
      header.add(
        bytes.withUnsafeBytes {
          UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
        })
    }
    set(header.value, at: headerHashField, in: &bytes)
    return bytes
  }

  private static func set(_ value: UInt64, at field: Int, in bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) {
      bytes.replaceSubrange((8 * field)..<(8 * field + 8), with: $0)
    }
  }
}
