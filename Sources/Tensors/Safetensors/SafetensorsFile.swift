public import ByteIO

/// A safetensors file, memory-mapped: its tensors can be looked at without being loaded.
///
/// The format is described at <https://huggingface.co/docs/safetensors>; what is refused is in
/// `SafetensorsError`.
public struct SafetensorsFile: Sendable {
  /// The `__metadata__` pairs in the order of the file.
  public let metadata: [(key: String, value: String)]
  /// The tensors in the order of the header.
  public let tensors: [TensorInfo]
  /// The mapped file.
  public let file: MappedFile
  private let dataOrder: [Int]
  private let indices: [String: Int]

  /// Maps the file at `path` and checks its header. No tensor is read.
  public init(_ path: String) throws(SafetensorsError) {
    let file: MappedFile
    do {
      file = try MappedFile(path)
    } catch {
      throw SafetensorsError(path: path, .unreadable(error))
    }
    let header = try file.withBytes { bytes throws(SafetensorsError) in
      try SafetensorsHeader(of: bytes, path: path)
    }
    self.file = file
    metadata = header.metadata
    tensors = header.tensors
    dataOrder = header.dataOrder
    indices = header.indices
  }

  /// The path that was opened.
  public var path: String { file.path }

  /// The tensors in the order in which their bytes stand in the file.
  public var tensorsInDataOrder: [TensorInfo] { dataOrder.map { tensors[$0] } }

  /// What the header says of the tensor called `name`; `nil` when there is none.
  public subscript(name: String) -> TensorInfo? { indices[name].map { tensors[$0] } }

  /// The tensor called `name` as a matrix; a vector is seen as one column.
  ///
  /// - Throws: `missingTensor`, or `notRealMatrix` when it has other than one or two dimensions or its
  ///   elements are not real numbers.
  public func matrix(_ name: String) throws(SafetensorsError) -> MatrixView {
    guard let info = self[name] else {
      throw SafetensorsError(path: path, tensor: name, .missingTensor)
    }
    guard let (rows, columns) = info.matrixShape,
      let view = MatrixView(
        file, offset: info.byteRange.lowerBound, rows: rows, columns: columns,
        elementType: info.elementType)
    else {
      throw SafetensorsError(
        path: path, tensor: name, .notRealMatrix(info.elementType, shape: info.shape))
    }
    return view
  }

  /// How many bytes stand before the data.
  public var headerLength: Int {
    tensorsInDataOrder.first?.byteRange.lowerBound ?? file.count
  }

  /// Calls `body` with the stored bytes of a tensor of this file, which must not escape.
  public func withBytes<Result, Failure: Error>(
    of tensor: TensorInfo, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try file.withBytes { bytes throws(Failure) in
      try body(UnsafeRawBufferPointer(rebasing: bytes[tensor.byteRange]))
    }
  }
}
