internal import ByteIO
internal import LanguageModels
public import Tensors
public import Tokenization

/// A network that predicts a model's embedding rows for tokens that it does not have, from its rows of
/// the pieces that spell them: zero-shot tokenizer transfer (ZeTT, Minixhofer, Ponti & Vulić 2024,
/// arXiv:2405.07883).
///
/// A checkpoint has the form in which ZeTT publishes them for PyTorch: safetensors weights beside a
/// config. The weights stay in the mapped file.
public struct Hypernetwork: Sendable {
  public let directory: String
  public let config: HypernetworkConfig
  private let network: SurfaceNetwork

  /// Opens the hypernetwork in `directory`.
  ///
  /// - Throws: `HypernetworkError` when it is incomplete, inconsistent or of a form that graft does not
  ///   read, `FileError` and `JSONError` when its config cannot be read or is not what it should be.
  public init(_ directory: String) throws {
    let path = directory + "/config.json"
    guard FileSystem.isFile(path) else {
      throw HypernetworkError(directory, .missingFile("config.json"))
    }
    let json = try JSON(parsing: FileSystem.read(path), source: path).expectObject()
    let config = try HypernetworkConfig(json, directory: directory)
    let parameters = try Parameters(Self.checkpoint(directory), config)
    self.init(directory, config, parameters)
  }

  init(_ directory: String, _ config: HypernetworkConfig, _ parameters: Parameters) {
    self.directory = directory
    self.config = config
    network = SurfaceNetwork(parameters, config)
  }

  private static func checkpoint(_ directory: String) throws(HypernetworkError) -> Checkpoint {
    do {
      return try Checkpoint(directory)
    } catch {
      let others = ["flax_model.msgpack", "pytorch_model.bin"]
      let file = others.first { FileSystem.isFile(directory + "/" + $0) }
      if error.problem == .noWeights, let file {
        throw HypernetworkError(directory, .foreignWeights(file: file))
      }
      throw HypernetworkError(directory, .checkpoint(error))
    }
  }

  // MARK: Predicting

  /// Rows for some tokens.
  public struct Prediction: Sendable {
    /// Input rows, or those of the one matrix: tokens × `embeddingSize`.
    public let input: Matrix
    /// Output rows, where the model has them.
    public let output: Matrix?
    /// What is added to the logit of each token, where the hypernetwork says so.
    public let biases: [Float]?

    /// The same rows at some places of a larger matrix, whose other rows are zeros.
    ///
    /// - Parameter places: one per row, ascending.
    package func spread(to places: [Int], count: Int) -> Prediction {
      func spread(_ matrix: Matrix) -> Matrix {
        var result = Matrix(rows: count, columns: matrix.columns)
        for (row, place) in places.enumerated() {
          result.withMutableRow(place) { target in
            matrix.withRow(row) { _ = target.update(fromContentsOf: $0) }
          }
        }
        return result
      }
      var all = biases.map { _ in [Float](repeating: 0, count: count) }
      for (row, place) in places.enumerated() { all?[place] = biases?[row] ?? 0 }
      return Prediction(input: spread(input), output: output.map(spread), biases: all)
    }
  }

  /// - Throws: `HypernetworkError` when a model with these rows is not the one that the hypernetwork
  ///   was trained for.
  public func requireFit(_ source: SourceRows) throws(HypernetworkError) {
    guard source.input.columns == config.embeddingSize else {
      throw HypernetworkError(
        directory, .wrongWidth(width: source.input.columns, expected: config.embeddingSize))
    }
    guard (source.output != nil) == config.hasSeparateOutput else {
      throw HypernetworkError(directory, .wrongMatrices(isTied: source.output == nil))
    }
    guard source.input.rows >= config.originalVocabularySize else {
      throw HypernetworkError(
        directory,
        .tooFewRows(rows: source.input.rows, expected: config.originalVocabularySize))
    }
  }

  /// The surfaces that are run together, so that working memory stays within a quarter of a gigabyte.
  private var batchSize: Int {
    let floats = 8 * config.hiddenSize + 2 * config.intermediateSize
    return min(max((64 << 20) / (floats * config.positionCount), 16), 2048)
  }

  /// Predicts the rows of tokens.
  ///
  /// - Parameters:
  ///   - surfaces: the ids of the pieces of each token in the base's own tokenizer, at least one. Those
  ///     beyond `surfaceLength` are left out.
  ///   - source: the rows of the base.
  ///   - language: its number, where the network tells languages apart.
  ///   - progress: is told the fraction that is done; what it throws ends the work.
  /// - Throws: `HypernetworkError` when the base is another one, or a result is not finite.
  public func predict(
    _ surfaces: [[TokenID]], from source: SourceRows, language: Int? = nil,
    progress: (_ fraction: Double) throws -> Void = { _ in }
  ) throws -> Prediction {
    try requireFit(source)
    let width = config.embeddingSize
    var input = Matrix(rows: surfaces.count, columns: width)
    var output = Matrix(rows: config.hasSeparateOutput ? surfaces.count : 0, columns: width)
    var biases: [Float] = []
    for start in stride(from: 0, to: surfaces.count, by: batchSize) {
      let range = start..<min(start + batchSize, surfaces.count)
      let batch = SurfaceBatch(
        surfaces[range].map { Array($0.prefix(config.surfaceLength)) }, config)
      let made = network.run(batch, source, language: language)
      for row in range {
        let elements = made.rows[row - start]
        input.withMutableRow(row) { target in
          for index in target.indices { target[index] = elements[index] }
        }
        guard config.hasSeparateOutput else { continue }
        output.withMutableRow(row) { target in
          for index in target.indices { target[index] = elements[width + index] }
        }
      }
      if let made = made.biases { biases += (0..<range.count).map { made[$0][0] } }
      try progress(Double(range.upperBound) / Double(surfaces.count))
    }
    guard input.view.firstNonFiniteRow == nil, output.view.firstNonFiniteRow == nil else {
      throw HypernetworkError(directory, .overflow)
    }
    return Prediction(
      input: input, output: config.hasSeparateOutput ? output : nil,
      biases: config.predictsBias ? biases : nil)
  }
}
