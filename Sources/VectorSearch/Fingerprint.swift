internal import Tensors

/// A 64-bit hash of large memory, computed on all cores: it tells by accident different bytes apart, not by
/// intent.
///
/// The bytes are cut into blocks of a fixed size, so that the hash does not depend on the number of cores.
struct Fingerprint {
  private(set) var value: UInt64 = 0x243F_6A88_85A3_08D3

  private static let blockSize = 1 << 20
  private static let factor: UInt64 = 0x9E37_79B9_7F4A_7C15

  /// Adds a number.
  mutating func add(_ number: UInt64) { value = Self.mixed((value ^ number) &* Self.factor) }

  /// Adds bytes and how many they are.
  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    add(UInt64(bytes.count))
    let count = (bytes.count + Self.blockSize - 1) / Self.blockSize
    let hashes = [UInt64](unsafeUninitializedCapacity: count) { hashes, initialized in
      // Safe: each task writes an element of its own, and the bytes are only read.
      nonisolated(unsafe) let (target, bytes) = (hashes, bytes)
      parallelFor(count: count) { block in
        let start = block * Self.blockSize
        let end = min(start + Self.blockSize, bytes.count)
        target.initializeElement(
          at: block, to: Self.hash(UnsafeRawBufferPointer(rebasing: bytes[start..<end])))
      }
      initialized = count
    }
    for hash in hashes { add(hash) }
  }

  /// The hash of one block. Four sums run beside each other, as one multiplication waits for another.
  static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var (a, b, c, d) = (factor, factor &* 3, factor &* 5, factor &* 7)
    let whole = bytes.count & ~31
    for offset in stride(from: 0, to: whole, by: 32) {
      a = step(a, bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      b = step(b, bytes.loadUnaligned(fromByteOffset: offset &+ 8, as: UInt64.self))
      c = step(c, bytes.loadUnaligned(fromByteOffset: offset &+ 16, as: UInt64.self))
      d = step(d, bytes.loadUnaligned(fromByteOffset: offset &+ 24, as: UInt64.self))
    }
    for offset in whole..<bytes.count { a = step(a, UInt64(bytes[offset])) }
    return mixed(mixed(mixed(mixed(a) ^ b) ^ c) ^ d)
  }

  @inline(__always)
  private static func step(_ sum: UInt64, _ word: UInt64) -> UInt64 {
    let product = (sum ^ word) &* factor
    return product ^ product >> 32
  }

  /// Spreads every bit over all bits (the finalizer of SplitMix64).
  static func mixed(_ value: UInt64) -> UInt64 {
    var value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }
}
