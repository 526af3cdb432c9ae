internal import ByteIO
internal import Glibc

/// The memory of a `Matrix`: zeroed elements that live as long as this object.
///
/// `@unchecked Sendable` is right because of how the two users behave: a `Matrix` writes only when it
/// holds the one reference, and a `MatrixView` never writes.
package final class FloatStorage: @unchecked Sendable {
  package let elements: UnsafeMutableBufferPointer<Float>
  /// The first element; of no use where there is none.
  package let start: UnsafeMutablePointer<Float>

  /// Takes `count` zeros from the system, which hands out pages only as they are touched.
  package init(count: Int) {
    precondition(count >= 0)
    let memory = Self.allocate(max(count, 1) * MemoryLayout<Float>.stride)
    start = memory.bindMemory(to: Float.self, capacity: max(count, 1))
    elements = UnsafeMutableBufferPointer(start: start, count: count)
  }

  private static func allocate(_ size: Int) -> UnsafeMutableRawPointer {
    guard let memory = calloc(size, 1) else {
      preconditionFailure("out of memory for \(size) bytes")
    }
    // Far fewer faults when it is filled, and far fewer misses of the address cache afterwards.
    if size >= 4 * HugePages.size { HugePages.advise(memory, size) }
    return memory
  }

  /// A copy of `other`.
  convenience init(copying other: FloatStorage) {
    self.init(count: other.elements.count)
    _ = elements.update(fromContentsOf: other.elements)
  }

  deinit { free(start) }
}
