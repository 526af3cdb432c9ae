internal import ByteIO

extension ModelDirectory {
  /// The tensor in which the architecture keeps output rows when they are not the input rows: what a
  /// tied model gets when it is untied.
  ///
  /// - Throws: `ModelError` when the architecture has no such tensor.
  func outputName() throws -> String {
    if let copy = vocabularyTensors.tiedCopy { return copy }
    let architecture = vocabularyConfig.architecture
    guard Self.hasHead(config), let name = architecture.output.first else {
      throw ModelError(path, .noOutputMatrix(expected: architecture.output))
    }
    return name
  }
}
