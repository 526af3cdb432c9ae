internal import Glibc

/// The memory of a `Matrix`: zeroed elements that live as long as this object.
///
/// `@unchecked Sendable` is right because of how the two users behave: a `Matrix` writes only when it
/// holds the one reference, and a `MatrixView` never writes.
final class FloatStorage: @unchecked Sendable {
  let elements: UnsafeMutableBufferPointer<Float>

  /// Takes `count` zeros from the system, which hands out pages only as they are touched.
  init(count: Int) {
    guard count > 0, let memory = calloc(count, MemoryLayout<Float>.stride) else {
      precondition(count == 0, "out of memory for \(count) floats")
      elements = UnsafeMutableBufferPointer(start: nil, count: 0)
      return
    }
    let pointer = memory.bindMemory(to: Float.self, capacity: count)
    elements = UnsafeMutableBufferPointer(start: pointer, count: count)
  }

  /// A copy of `other`.
  convenience init(copying other: FloatStorage) {
    self.init(count: other.elements.count)
    _ = elements.update(fromContentsOf: other.elements)
  }

  deinit { free(elements.baseAddress) }
}
