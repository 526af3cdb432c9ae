/// A tensor of a file that is about to be written.
public struct TensorOutput {
  /// Where the elements come from.
  enum Content {
    case copy(TensorInfo, SafetensorsFile)
    case stream((TensorSink) throws -> Void)
  }

  public let name: String
  public let elementType: ElementType
  public let shape: [Int]
  let content: Content

  /// A tensor that is copied from another file, byte for byte and without being loaded.
  public init(copying tensor: TensorInfo, from file: SafetensorsFile) {
    name = tensor.name
    elementType = tensor.elementType
    shape = tensor.shape
    content = .copy(tensor, file)
  }

  /// A tensor whose elements `write` hands to the sink, exactly as many as `shape` has.
  public init(
    name: String, elementType: ElementType, shape: [Int],
    write: @escaping (TensorSink) throws -> Void
  ) {
    self.name = name
    self.elementType = elementType
    self.shape = shape
    content = .stream(write)
  }
}

/// A new shape and content for a tensor of an existing file, whose name and element type it keeps.
public struct TensorReplacement {
  public let shape: [Int]
  let write: (TensorSink) throws -> Void

  /// - Parameter write: hands the new elements to the sink, exactly as many as `shape` has. The sink
  ///   knows the element type.
  public init(shape: [Int], write: @escaping (TensorSink) throws -> Void) {
    self.shape = shape
    self.write = write
  }

  /// A replacement by `matrix`, rounded to the element type of the tensor that it replaces.
  public init(_ matrix: Matrix) {
    self.init(shape: [matrix.rows, matrix.columns]) { sink in try sink.write(matrix) }
  }
}

extension SafetensorsFile {
  /// The tensors of this file in the order of their bytes, those in `replacements` exchanged and the
  /// others to be copied.
  public func outputs(replacing replacements: [String: TensorReplacement]) -> [TensorOutput] {
    tensorsInDataOrder.map { tensor in
      guard let replacement = replacements[tensor.name] else {
        return TensorOutput(copying: tensor, from: self)
      }
      return TensorOutput(
        name: tensor.name, elementType: tensor.elementType, shape: replacement.shape,
        write: replacement.write)
    }
  }
}
