public import ByteIO

/// A matrix of real numbers that is only looked at: `rows` × `columns` elements, row after row, inside
/// a mapped file or in the memory of a `Matrix`.
///
/// A view keeps what it looks at alive and costs a few words. Its element type is one of the real ones
/// (`ElementType.isReal`), so that every view converts to `Float`.
public struct MatrixView: Sendable {
  public let rows: Int
  public let columns: Int
  public let elementType: ElementType
  private let owner: any AnyObject & Sendable
  // Safe: `owner` keeps the bytes in place, and nothing writes to them. A mapping is read-only, and a
  // `Matrix` that shares its storage takes a new one before it writes.
  private nonisolated(unsafe) let bytes: UnsafeRawBufferPointer

  init(
    owner: any AnyObject & Sendable, bytes: UnsafeRawBufferPointer, rows: Int, columns: Int,
    elementType: ElementType
  ) {
    precondition(elementType.isReal && bytes.count == rows * columns * elementType.bitCount / 8)
    self.owner = owner
    self.bytes = bytes
    self.rows = rows
    self.columns = columns
    self.elementType = elementType
  }

  /// A part of the memory of a matrix that others may write to while nobody looks.
  ///
  /// - Parameter offset: the place of the first element.
  package init(_ storage: FloatStorage, offset: Int, rows: Int, columns: Int) {
    let part = UnsafeMutableBufferPointer(
      rebasing: storage.elements[offset..<(offset + rows * columns)])
    self.init(
      owner: storage, bytes: UnsafeRawBufferPointer(part), rows: rows, columns: columns,
      elementType: .float32)
  }

  /// A view of the bytes at `offset` of a mapped file.
  ///
  /// - Returns: `nil` when the element type is not real, the matrix does not lie inside the file, or
  ///   it has rows but no columns.
  public init?(
    _ file: MappedFile, offset: Int, rows: Int, columns: Int, elementType: ElementType
  ) {
    guard elementType.isReal, columns > 0 || rows == 0, offset >= 0, offset <= file.count,
      let size = elementType.byteCount(shape: [rows, columns]), size <= UInt(file.count - offset)
    else { return nil }
    let region = UnsafeRawBufferPointer(rebasing: file.bytes[offset..<(offset + Int(size))])
    self.init(owner: file, bytes: region, rows: rows, columns: columns, elementType: elementType)
  }

  /// The same elements, one in a row.
  package var asColumn: MatrixView {
    MatrixView(
      owner: owner, bytes: bytes, rows: rows * columns, columns: 1, elementType: elementType)
  }

  /// Whether another view has the same elements of the same type, bit for bit.
  package func equals(_ other: MatrixView) -> Bool {
    defer { withExtendedLifetime((owner, other.owner)) {} }
    return (rows, columns, elementType) == (other.rows, other.columns, other.elementType)
      && bytes.elementsEqual(other.bytes)
  }

  /// The size of one row in bytes.
  public var bytesPerRow: Int { columns * elementType.bitCount / 8 }

  /// Calls `body` with the stored bytes of consecutive rows, which must not escape.
  public func withBytes<Result, Failure: Error>(
    ofRows range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
    let place = (range.lowerBound * bytesPerRow)..<(range.upperBound * bytesPerRow)
    let result = try body(UnsafeRawBufferPointer(rebasing: bytes[place]))
    withExtendedLifetime(owner) {}
    return result
  }

  /// Gives the memory of a mapped file's part back until it is read again; nothing for other views.
  package func releasePages() {
    guard let file = owner as? MappedFile, let start = bytes.baseAddress,
      let first = file.bytes.baseAddress
    else { return }
    let offset = start - first
    file.releasePages(offset..<(offset + bytes.count))
  }

  /// The stored bytes of one row.
  public func rowBytes(_ row: Int) -> [UInt8] { withBytes(ofRows: row..<(row + 1)) { Array($0) } }

  /// One row as `Float`.
  public func row(_ row: Int) -> [Float] {
    [Float](unsafeUninitializedCapacity: columns) { buffer, count in
      copyRows(row..<(row + 1), into: UnsafeMutableBufferPointer(rebasing: buffer[..<columns]))
      count = columns
    }
  }

  /// Converts consecutive rows to `Float`.
  ///
  /// - Parameter floats: `range.count` × `columns` elements.
  public func copyRows(_ range: Range<Int>, into floats: UnsafeMutableBufferPointer<Float>) {
    precondition(floats.count == range.count * columns)
    withBytes(ofRows: range) { FloatConversion.read($0, as: elementType, into: floats) }
  }

  /// Converts a part of consecutive rows to `Float`.
  ///
  /// - Parameter floats: `range.count` × `part.count` elements.
  public func copyRows(
    _ range: Range<Int>, columns part: Range<Int>, into floats: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(floats.count == range.count * part.count)
    precondition(part.lowerBound >= 0 && part.upperBound <= columns)
    if part.count == columns { return copyRows(range, into: floats) }
    let size = elementType.bitCount / 8
    let bytes = (part.lowerBound * size)..<(part.upperBound * size)
    for (position, row) in range.enumerated() {
      let place = (position * part.count)..<((position + 1) * part.count)
      withBytes(ofRows: row..<(row + 1)) { stored in
        FloatConversion.read(
          UnsafeRawBufferPointer(rebasing: stored[bytes]), as: elementType,
          into: UnsafeMutableBufferPointer(rebasing: floats[place]))
      }
    }
  }

  /// Converts the rows at `indices`, in that order, to `Float`.
  ///
  /// - Parameter floats: `indices.count` × `columns` elements.
  public func copyRows(
    at indices: some Collection<Int>, into floats: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(floats.count == indices.count * columns)
    for (position, row) in indices.enumerated() {
      let place = (position * columns)..<((position + 1) * columns)
      copyRows(row..<(row + 1), into: UnsafeMutableBufferPointer(rebasing: floats[place]))
    }
  }

  /// Fills `floats` with row `source(i)` as its row `i`, on all cores.
  func convertInParallel(
    into floats: UnsafeMutableBufferPointer<Float>, _ source: @Sendable (Int) -> Int
  ) {
    guard columns > 0 else { return }
    // Safe: each piece writes rows of its own.
    nonisolated(unsafe) let floats = floats
    parallelFor(count: floats.count / columns, pieceSize: 256) { piece in
      for row in piece {
        let place = (row * columns)..<((row + 1) * columns)
        let origin = source(row)
        copyRows(origin..<(origin + 1), into: UnsafeMutableBufferPointer(rebasing: floats[place]))
      }
    }
  }
}
