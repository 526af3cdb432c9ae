internal import ByteIO

/// Is told how many bytes have been written so far; what it throws ends the writing.
public typealias ByteProgress = (_ bytesDone: Int) throws -> Void

/// Where the content of one tensor of a new file goes, from the first element to the last.
public final class TensorSink {
  /// The type in which elements are stored.
  public let elementType: ElementType
  /// Bytes that the tensor still lacks.
  public private(set) var remaining: Int
  private let name: String
  private let shape: [Int]
  private let size: Int
  private let file: OutputFile
  private let progress: ByteProgress

  /// Copies between files and conversions are cut into pieces of this many bytes, after each of which
  /// progress is told.
  static let pieceSize = 1 << 26
  private static let conversionSize = 1 << 20

  init(_ tensor: TensorOutput, size: Int, file: OutputFile, progress: @escaping ByteProgress) {
    name = tensor.name
    elementType = tensor.elementType
    shape = tensor.shape
    self.size = size
    self.file = file
    self.progress = progress
    remaining = size
  }

  /// Appends elements as they are stored.
  public func write(bytes: UnsafeRawBufferPointer) throws {
    try take(bytes.count)
    try file.write(bytes)
    try progress(file.count)
  }

  /// Appends `values`, rounded to nearest even where the element type is narrower than `Float`.
  ///
  /// - Throws: `SafetensorsError` also when the element type is not real.
  public func write(_ values: UnsafeBufferPointer<Float>) throws {
    guard elementType.isReal else {
      throw SafetensorsError(
        path: file.path, tensor: name, .notRealMatrix(elementType, shape: shape))
    }
    let size = elementType.bitCount / 8
    let step = Self.conversionSize / size
    let bytes = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(values.count, step) * size, alignment: 16)
    defer { bytes.deallocate() }
    for start in stride(from: 0, to: values.count, by: step) {
      let piece = UnsafeBufferPointer(rebasing: values[start..<min(start + step, values.count)])
      FloatConversion.write(piece, as: elementType, into: bytes)
      try write(bytes: UnsafeRawBufferPointer(rebasing: bytes[..<(piece.count * size)]))
    }
  }

  /// Appends all elements of `matrix`, row after row.
  public func write(_ matrix: Matrix) throws {
    try matrix.withElements { elements in try write(elements) }
  }

  /// Appends consecutive rows of `view`: bit for bit where the element types are the same, converted
  /// otherwise.
  public func write(rows: Range<Int>, of view: MatrixView) throws {
    if view.elementType == elementType {
      return try view.withBytes(ofRows: rows) { bytes in try write(bytes: bytes) }
    }
    let step = max(Self.conversionSize / max(view.columns, 1), 1)
    for start in stride(from: rows.lowerBound, to: rows.upperBound, by: step) {
      let piece = start..<min(start + step, rows.upperBound)
      try write(Matrix(view, rows: Array(piece)))
    }
  }

  /// Appends a part of a mapped file without reading it into this process.
  func copy(_ range: Range<Int>, of source: MappedFile) throws {
    try take(range.count)
    for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.pieceSize) {
      let count = min(Self.pieceSize, range.upperBound - start)
      try file.copy(from: source, offset: start, count: count)
      try progress(file.count)
    }
  }

  /// Checks that the tensor has got all of its bytes.
  func finish() throws(SafetensorsError) {
    guard remaining == 0 else { throw wrongAmount(size - remaining) }
  }

  private func take(_ count: Int) throws(SafetensorsError) {
    guard count <= remaining else { throw wrongAmount(size - remaining + count) }
    remaining -= count
  }

  private func wrongAmount(_ written: Int) -> SafetensorsError {
    SafetensorsError(path: file.path, tensor: name, .wrongAmount(needed: size, written: written))
  }
}
