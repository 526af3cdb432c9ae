internal import Tensors

/// The tensors of a decoder by the architecture's names.
struct TensorSource {
  private let checkpoint: Checkpoint
  /// What stands before the names in this checkpoint.
  private let prefix: String

  /// Finds the prefix under which the checkpoint has the embedding.
  init(_ checkpoint: Checkpoint, _ names: TensorNames) throws(LanguageModelError) {
    self.checkpoint = checkpoint
    let found = names.prefixes.first { checkpoint[$0 + names.embedding + ".weight"] != nil }
    guard let found else {
      throw LanguageModelError(
        checkpoint.directory,
        .missingTensor((names.prefixes.first ?? "") + names.embedding + ".weight"))
    }
    prefix = found
  }

  /// A matrix of the decoder.
  func matrix(
    _ name: String, rows: Int, columns: Int
  ) throws(LanguageModelError) -> MatrixView {
    try view(prefix + name, shape: [rows, columns])
  }

  /// A vector of the decoder.
  func vector(_ name: String, count: Int) throws(LanguageModelError) -> [Float] {
    try rootVector(prefix + name, count: count)
  }

  /// A matrix that stands beside the prefix, under the first of several names that the checkpoint has.
  func rootMatrix(
    _ names: [String], rows: Int, columns: Int
  ) throws(LanguageModelError) -> MatrixView {
    let name = names.first { checkpoint[$0] != nil } ?? names.first ?? ""
    return try view(name, shape: [rows, columns])
  }

  /// A vector that stands beside the prefix.
  func rootVector(_ name: String, count: Int) throws(LanguageModelError) -> [Float] {
    let view = try view(name, shape: [count])
    return (0..<count).flatMap { view.row($0) }
  }

  private func view(_ name: String, shape: [Int]) throws(LanguageModelError) -> MatrixView {
    let directory = checkpoint.directory
    guard let (_, tensor) = checkpoint[name] else {
      throw LanguageModelError(directory, .missingTensor(name))
    }
    guard tensor.shape == shape else {
      throw LanguageModelError(
        directory, .wrongShape(tensor: name, shape: tensor.shape, expected: shape))
    }
    do {
      return try checkpoint.matrix(name)
    } catch {
      throw LanguageModelError(directory, .checkpoint(error))
    }
  }
}
