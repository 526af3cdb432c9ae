internal import ByteIO
public import Surgery
internal import Tensors
public import VectorSearch

extension ModelDirectory {
  /// The rows of all tokens, with the biases of the output layer.
  public func rows(_ role: MatrixRole) -> SearchedRows {
    switch role {
    case .input: return SearchedRows(vocabularyTensors.input.matrix)
    case .output:
      let matrix = vocabularyTensors.outputOrInput.matrix
      var bias: [Float]?
      for entry in vocabularyTensors.biases {
        let further = (0..<entry.matrix.rows).map { entry.matrix.row($0)[0] }
        bias = bias.map { zip($0, further).map(+) } ?? further
      }
      return SearchedRows(matrix, bias: bias)
    }
  }

  /// Where the index of these rows is looked for: beside the weights.
  public func indexPath(_ role: MatrixRole) -> String {
    path("\(role.rawValue)-rows\(NearestNeighborIndex.fileEnding)")
  }

  /// The index beside the weights; `nil` when there is none.
  ///
  /// - Throws: `VectorSearchError` when it is damaged or of other rows.
  public func storedIndex(
    _ role: MatrixRole
  ) throws(VectorSearchError) -> NearestNeighborIndex? {
    let path = indexPath(role)
    guard FileSystem.isFile(path) else { return nil }
    return try NearestNeighborIndex(contentsOf: path, for: rows(role))
  }
}
