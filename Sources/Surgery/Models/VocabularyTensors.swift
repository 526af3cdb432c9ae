public import Tensors

/// The tensors of a checkpoint that have one row per token.
public struct VocabularyTensors: Sendable {
  /// A tensor with its content.
  public struct Entry: Sendable {
    public let name: String
    /// One row per token.
    public let matrix: MatrixView
  }

  /// The input embedding, tokens × dimensions.
  public let input: Entry
  /// The output projection, tokens × dimensions; `nil` when it is the input embedding or when the
  /// model has none.
  public let output: Entry?
  /// What is added to the logits, tokens × 1.
  public let biases: [Entry]
  /// A copy of the input embedding that the checkpoint stores under the output's name although the
  /// two are tied. Loaders ignore it, but its shape must stay consistent.
  public let tiedCopy: String?
  /// Whether input and output are one matrix.
  public let isTied: Bool

  /// The number of rows, padding included.
  public var rows: Int { input.matrix.rows }

  /// The matrix that makes logits: the output projection, or the input embedding without one.
  public var outputOrInput: Entry { output ?? input }

  /// Finds the tensors.
  ///
  /// - Parameters:
  ///   - tied: what the config says; `nil` when it does not.
  ///   - hasHead: whether the architecture makes logits at all.
  /// - Throws: `ModelError` when one is missing or has another number of rows than the input,
  ///   `CheckpointError` when one is no matrix of real numbers.
  init(
    _ checkpoint: Checkpoint, _ architecture: ModelArchitecture, tied: Bool?, hasHead: Bool
  ) throws {
    func entry(_ name: String) throws -> Entry {
      Entry(name: name, matrix: try checkpoint.matrix(name))
    }
    guard let inputName = architecture.input.first(where: { checkpoint[$0] != nil }) else {
      throw ModelError(checkpoint.directory, .noEmbedding(expected: architecture.input))
    }
    input = try entry(inputName)
    let outputName = architecture.output.first { checkpoint[$0] != nil }
    isTied = tied ?? architecture.isTiedByDefault
    if !isTied && hasHead && outputName == nil {
      throw ModelError(checkpoint.directory, .noOutputMatrix(expected: architecture.output))
    }
    output = isTied ? nil : try outputName.map(entry)
    tiedCopy = isTied ? outputName : nil
    biases = try architecture.biases.filter { checkpoint[$0] != nil }.map(entry)
    for other in biases + [output].compactMap({ $0 }) where other.matrix.rows != input.matrix.rows {
      throw ModelError(
        checkpoint.directory,
        .wrongRowCount(tensor: other.name, rows: other.matrix.rows, expected: input.matrix.rows))
    }
  }
}
