internal import ByteIO
public import Tensors

/// The tensors of a checkpoint that have one row per token.
public struct VocabularyTensors: Sendable {
  /// A tensor with its content.
  public struct Entry: Sendable {
    public let name: String
    /// One row per token.
    public let matrix: MatrixView
    /// Whether the tensor is stored as one row with an element per token, as `final_logits_bias` is.
    let isStoredAsRow: Bool

    /// The dimensions of such a tensor for so many tokens.
    package func shape(tokens: Int) -> [Int] {
      if isStoredAsRow { return [1, tokens] }
      return matrix.columns == 1 ? [tokens] : [tokens, matrix.columns]
    }

    /// The tensor of the same name and form in another checkpoint.
    func matrix(in checkpoint: Checkpoint) throws(CheckpointError) -> MatrixView {
      let matrix = try checkpoint.matrix(name)
      return isStoredAsRow ? matrix.asColumn : matrix
    }
  }

  /// The input embedding, tokens × dimensions.
  public let input: Entry
  /// The output projection, tokens × dimensions; `nil` when it is the input embedding or when the
  /// model has none.
  public let output: Entry?
  /// What is added to the logits, tokens × 1.
  public let biases: [Entry]
  /// The names of further copies of the input embedding, which encoder-decoders store for their parts.
  public let inputCopies: [String]
  /// A copy of the input embedding that the checkpoint stores under the output's name although the
  /// two are tied. Loaders ignore it, but its shape must stay consistent.
  public let tiedCopy: String?
  /// Whether input and output are one matrix.
  public let isTied: Bool

  /// The number of rows, padding included.
  public var rows: Int { input.matrix.rows }

  /// The matrix that makes logits: the output projection, or the input embedding without one.
  public var outputOrInput: Entry { output ?? input }

  /// Tensors that are known; tied without an output matrix.
  init(input: Entry, output: Entry?, biases: [Entry]) {
    self.input = input
    self.output = output
    self.biases = biases
    inputCopies = []
    tiedCopy = nil
    isTied = output == nil
  }

  /// Finds the tensors.
  ///
  /// - Parameters:
  ///   - stated: what the config says about them.
  ///   - config: the whole of it.
  /// - Throws: `ModelError` when one is missing, is quantised, or has another number of rows than the
  ///   input, `CheckpointError` when one is no matrix.
  init(
    _ checkpoint: Checkpoint, _ stated: VocabularyConfig, _ config: JSON
  ) throws {
    let architecture = stated.architecture
    try checkpoint.requirePlainVocabulary(architecture)
    func entry(_ name: String, isBias: Bool = false) throws -> Entry {
      let matrix = try checkpoint.matrix(name)
      let isRow = isBias && matrix.rows == 1 && matrix.columns > 1
      return Entry(name: name, matrix: isRow ? matrix.asColumn : matrix, isStoredAsRow: isRow)
    }
    guard let inputName = architecture.input.first(where: { checkpoint[$0] != nil }) else {
      throw ModelError(checkpoint.directory, .noEmbedding(expected: architecture.input))
    }
    let input = try entry(inputName)
    self.input = input
    inputCopies = architecture.copies.filter { checkpoint[$0] != nil && $0 != inputName }
    if let other = try inputCopies.first(where: { try !checkpoint.matrix($0).equals(input.matrix) })
    {
      throw ModelError(checkpoint.directory, .separateEmbedding(other, input: inputName))
    }
    let outputName = architecture.output.first { checkpoint[$0] != nil }
    let isStated = !(architecture.isTiedWithoutOutput && outputName == nil)
    isTied = isStated ? stated.isTied ?? architecture.isTiedByDefault : true
    if !isTied && ModelDirectory.hasHead(config) && outputName == nil {
      throw ModelError(checkpoint.directory, .noOutputMatrix(expected: architecture.output))
    }
    output = isTied ? nil : try outputName.map { try entry($0) }
    tiedCopy = isTied ? outputName : nil
    biases = try architecture.biases.filter { checkpoint[$0] != nil }.map {
      try entry($0, isBias: true)
    }
    for other in biases + [output].compactMap({ $0 }) where other.matrix.rows != input.matrix.rows {
      throw ModelError(
        checkpoint.directory,
        .wrongRowCount(tensor: other.name, rows: other.matrix.rows, expected: input.matrix.rows))
    }
  }
}

extension Checkpoint {
  /// What quantisers store beside or instead of a weight (GPTQ, AWQ, bitsandbytes, compressed-tensors,
  /// FP8).
  private static let quantizedEndings = [
    "qweight", "weight_packed", "weight_scale", "weight_scale_inv", "weight.absmax", "SCB",
    "scales",
  ]

  /// - Throws: `ModelError` when the vocabulary's tensors hold something else than the numbers
  ///   themselves. Other tensors are copied as they are.
  fileprivate func requirePlainVocabulary(_ architecture: ModelArchitecture) throws(ModelError) {
    for name in architecture.input + architecture.output + architecture.copies {
      let stem = name.hasSuffix(".weight") ? name.dropLast("weight".count) : name[...]
      let part = Self.quantizedEndings.lazy.map { stem + $0 }.first { self[String($0)] != nil }
      if let part { throw ModelError(directory, .quantizedEmbedding(String(part))) }
      if let (_, tensor) = self[name], !tensor.elementType.isReal {
        throw ModelError(directory, .quantizedEmbedding(name))
      }
    }
    let perLayer = tensorNames.first { $0.hasSuffix("embed_tokens_per_layer.weight") }
    if let perLayer { throw ModelError(directory, .embeddingPerLayer(perLayer)) }
  }
}
