internal import Glibc

/// Memory that the system hands out in large parts, where it can.
///
/// Page by page, getting memory for a megabyte of text can take as long as encoding it, and every page
/// of a matrix that is read out of order is one more for the processor to look up.
package enum HugePages {
  /// The bytes of a huge page.
  package static let size = 2 << 20
  private static let pageSize = Int(sysconf(Int32(_SC_PAGESIZE)))

  /// Memory that begins with a huge page, to be given back with `free`. What is in it is undefined.
  package static func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer {
    let wholePages = (byteCount + size - 1) / size * size
    guard let memory = aligned_alloc(size, wholePages) else {
      preconditionFailure("out of memory for \(byteCount) bytes")
    }
    advise(memory, wholePages)
    return memory
  }

  /// Asks for huge pages for memory that has not been touched yet.
  ///
  /// Advice only: without it the memory is the same and slower.
  package static func advise(_ memory: UnsafeMutableRawPointer, _ byteCount: Int) {
    let start = memory.alignedUp(toMultipleOf: pageSize)
    let end = (memory + byteCount).alignedDown(toMultipleOf: pageSize)
    if start < end { _ = madvise(start, end - start, MADV_HUGEPAGE) }
  }

  /// Appends elements to an array; where it has to grow to a large one, into huge pages.
  package static func append<Element: BitwiseCopyable>(
    _ elements: UnsafeMutableBufferPointer<Element>, to array: inout [Element]
  ) {
    if array.count + elements.count > array.capacity,
      elements.count * MemoryLayout<Element>.stride >= size
    {
      // At least doubled, as `append` would: many large appends must not copy everything each time.
      array.reserveCapacity(max(array.count + elements.count, 2 * array.capacity))
      let byteCount = array.capacity * MemoryLayout<Element>.stride
      array.withUnsafeMutableBufferPointer { buffer in
        // Safe: only advice, on memory that belongs to the array.
        if let base = buffer.baseAddress { advise(UnsafeMutableRawPointer(base), byteCount) }
      }
    }
    array.append(contentsOf: elements)
  }
}
