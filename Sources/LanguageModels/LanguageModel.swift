public import ByteIO
public import Tensors
public import Tokenization

/// A decoder that can be run: its shape from a config, its weights from mapped files.
///
/// Opening one reads the config and the headers of the weights; nothing is loaded. A run converts
/// weights to float32 tile by tile and computes in float32, as transformers does on a CPU, on as many
/// cores as there are. Results do not depend on their number.
///
/// ```swift
/// let model = try LanguageModel("models/llama-3.2-1b")
/// let scores = try model.scores(of: [128_000, 9906, 11, 1917])
/// print(scores.map(\.logProbability))
/// ```
public struct LanguageModel: Sendable {
  /// The model directory.
  public let directory: String
  let config: DecoderConfig
  let weights: DecoderWeights
  let checkpoint: Checkpoint

  /// Opens a model directory with a `config.json` and safetensors weights.
  ///
  /// - Throws: `FileError` or `JSONError` when the config cannot be read, and what
  ///   `init(config:checkpoint:)` throws.
  public init(_ directory: String) throws {
    let path = directory + "/config.json"
    try self.init(
      config: JSON(parsing: FileSystem.read(path), source: path), directory: directory)
  }

  init(config: JSON, directory: String) throws {
    let checkpoint: Checkpoint
    do {
      checkpoint = try Checkpoint(directory)
    } catch {
      throw LanguageModelError(directory, .checkpoint(error))
    }
    try self.init(config: config, checkpoint: checkpoint)
  }

  /// Takes a config and weights that are open already.
  ///
  /// - Throws: `LanguageModelError` when graft cannot run the architecture, or a tensor of it is
  ///   missing or has another shape than the config gives it; `JSONError` when the config is not what
  ///   it should be.
  public init(config: JSON, checkpoint: Checkpoint) throws {
    directory = checkpoint.directory
    self.config = try DecoderConfig(config, directory: checkpoint.directory)
    weights = try DecoderWeights(self.config, checkpoint)
    self.checkpoint = checkpoint
  }

  /// The architecture, as `model_type` names it.
  public var architecture: String { config.modelType }
  /// The number of tokens that the model tells probabilities of, padding included.
  public var vocabularySize: Int { config.vocabularySize }
  /// The width of embeddings and hidden states.
  public var hiddenSize: Int { config.hiddenSize }
  /// The number of positions that the model was made for.
  public var contextLength: Int { config.positionCount }
  /// The number of layers.
  public var layerCount: Int { config.layerCount }

  // MARK: Embeddings

  /// The embeddings of tokens, as the first layer reads them but for learned positions.
  ///
  /// - Returns: n × `hiddenSize`.
  /// - Throws: `LanguageModelError` when a token has no row.
  public func embeddings(of tokens: [TokenID]) throws(LanguageModelError) -> Matrix {
    try embed([tokens]).matrix(rows: 0..<tokens.count)
  }

  /// The embeddings of several sequences, one after another.
  func embed(_ sequences: [[TokenID]]) throws(LanguageModelError) -> RowBuffer {
    let rows = weights.embedding.rows
    let tokens = sequences.flatMap { $0 }
    if let token = tokens.first(where: { $0 >= rows }) {
      throw LanguageModelError(directory, .tokenOutOfRange(id: token, rows: rows))
    }
    let buffer = RowBuffer(rows: tokens.count, columns: hiddenSize)
    buffer.forEachRow { [weights, config] row, elements in
      let token = Int(tokens[row])
      let target = UnsafeMutableBufferPointer(start: elements, count: config.hiddenSize)
      weights.embedding.copyRows(token..<(token + 1), into: target)
      for index in target.indices { target[index] *= config.embeddingScale }
    }
    return buffer
  }

  // MARK: Running

  /// Runs the layers over embedded sequences; `buffer` then holds the final states.
  func run(
    _ buffer: RowBuffer, _ sequences: [SequenceExtent], caches: [KeyValueCache] = []
  ) throws(LanguageModelError) {
    try requireRunnable(sequences)
    try addPositions(to: buffer, sequences)
    DecoderPass(config, weights, hidden: buffer, sequences: sequences, caches: caches).run()
  }

  /// - Throws: `LanguageModelError` when there is no sequence, or one without tokens.
  func requireRunnable(_ sequences: [SequenceExtent]) throws(LanguageModelError) {
    guard sequences.allSatisfy({ $0.count > 0 }), !sequences.isEmpty else {
      throw LanguageModelError(directory, .emptySequence)
    }
  }

  /// Adds the embeddings of positions, where the model has them.
  func addPositions(
    to buffer: RowBuffer, _ sequences: [SequenceExtent]
  ) throws(LanguageModelError) {
    guard let table = weights.positions else { return }
    for sequence in sequences {
      guard sequence.positionBound <= table.rows else {
        throw LanguageModelError(
          directory, .tooLong(positions: sequence.positionBound, limit: table.rows))
      }
      for offset in 0..<sequence.count {
        let position = table.row(sequence.firstPosition + offset)
        let elements = buffer[sequence.firstRow + offset]
        for index in position.indices { elements[index] += position[index] }
      }
    }
  }

  /// - Throws: `LanguageModelError` with the tensor that is to blame for a result that is not finite.
  func requireFinite(_ isFinite: Bool) throws(LanguageModelError) {
    if isFinite { return }
    for name in checkpoint.tensorNames {
      guard let matrix = try? checkpoint.matrix(name), let row = matrix.firstNonFiniteRow else {
        continue
      }
      throw LanguageModelError(directory, .nonFinite(tensor: name, row: row))
    }
    throw LanguageModelError(directory, .overflow)
  }
}
