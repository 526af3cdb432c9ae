internal import Tensors

/// A hash that tells inputs apart, not a proof against forgery (FNV-1a over words of 8 bytes).
struct ContentHash {
  private var state: UInt64 = 0xCBF2_9CE4_8422_2325

  /// The hash of a model's rows and of texts.
  static func of(_ rows: SourceRows, _ documents: [ArraySlice<UInt8>]) -> String {
    var hash = ContentHash()
    for matrix in [rows.input, rows.output].compactMap({ $0 }) {
      matrix.withBytes(ofRows: 0..<matrix.rows) { hash.add($0) }
    }
    for document in documents { document.withUnsafeBytes { hash.add($0) } }
    return String(hash.state, radix: 16)
  }

  private mutating func add(_ bytes: UnsafeRawBufferPointer) {
    let whole = bytes.count & ~7
    for offset in stride(from: 0, to: whole, by: 8) {
      mix(bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
    for index in whole..<bytes.count { mix(UInt64(bytes[index])) }
    mix(UInt64(bytes.count))
  }

  private mutating func mix(_ word: UInt64) { state = (state ^ word) &* 0x0000_0100_0000_01B3 }
}
