extension MatrixView {
  /// Calls `body` with a part of the matrix as floats, and with the distance between its rows: where it
  /// stands when it is float32 already, a converted copy otherwise.
  package func withFloats(
    ofRows rows: Range<Int>, columns part: Range<Int>,
    _ body: (UnsafePointer<Float>, _ stride: Int) -> Void
  ) {
    let isInPlace = withBytes(ofRows: rows) { bytes in
      guard elementType == .float32, let base = bytes.baseAddress,
        Int(bitPattern: base) % MemoryLayout<Float>.alignment == 0
      else { return false }
      // The bytes are those of floats; no other type is ever bound to a mapping.
      body(base.assumingMemoryBound(to: Float.self) + part.lowerBound, columns)
      return true
    }
    if isInPlace { return }
    let floats = UnsafeMutableBufferPointer<Float>.allocate(
      capacity: max(rows.count * part.count, 1))
    defer { floats.deallocate() }
    copyRows(
      rows, columns: part,
      into: UnsafeMutableBufferPointer(rebasing: floats[..<(rows.count * part.count)]))
    if let base = floats.baseAddress { body(base, part.count) }
  }
}
