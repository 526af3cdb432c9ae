/// What a safetensors header says of one tensor.
public struct TensorInfo: Sendable, Equatable {
  public let name: String
  public let elementType: ElementType
  /// The dimensions, slowest first; empty for a scalar.
  public let shape: [Int]
  /// Where the elements stand, in bytes from the start of the file.
  public let byteRange: Range<Int>

  /// The number of elements. (The product of a shape with a 0 in it can overflow before the 0.)
  public var elementCount: Int { byteRange.count * 8 / elementType.bitCount }

  /// The rows and columns under which the tensor is seen as a matrix; `nil` for scalars and for
  /// tensors of more than two dimensions. A vector is one column, so that in every tensor that holds
  /// something per token, row i belongs to token i.
  public var matrixShape: (rows: Int, columns: Int)? {
    switch shape.count {
    case 1: (shape[0], 1)
    case 2: (shape[0], shape[1])
    default: nil
    }
  }
}
