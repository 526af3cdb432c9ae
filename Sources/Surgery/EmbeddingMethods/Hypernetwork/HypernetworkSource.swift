internal import ByteIO
public import Hypernetworks
internal import Synchronization
internal import Tensors
internal import Tokenization
internal import TokenizerFiles

/// A hypernetwork together with the model whose rows it reads.
///
/// What it has predicted is kept: input and output rows come from one run.
public struct HypernetworkSource: Sendable {
  public let network: Hypernetwork
  /// The model that the hypernetwork was trained for.
  public let model: ModelDirectory
  /// The share of what fine-tuning has changed about the pieces' rows that is added to predicted ones,
  /// where the rows are for a fine-tuned form of the model; `nil` where they are for the model itself.
  public let fineTuningShare: Float?
  let language: Int?
  let rows: SourceRows
  private let cutter: SurfaceCutter
  private var made = PredictionStore()

  /// - Parameters:
  ///   - model: the model that the hypernetwork was trained for.
  ///   - language: a code or a number, where the network tells languages apart.
  ///   - fineTuningShare: see the property.
  /// - Throws: `HypernetworkError` when the hypernetwork belongs to another model, or the language is
  ///   wanting, unknown or of no use; what opening a tokenizer that lies beside the weights throws.
  public init(
    _ network: Hypernetwork, reading model: ModelDirectory, language: String? = nil,
    fineTuningShare: Float? = nil
  ) throws {
    self.network = network
    self.model = model
    self.fineTuningShare = fineTuningShare
    self.language = try network.config.language(language, directory: network.directory)
    let tensors = model.vocabularyTensors
    rows = SourceRows(input: tensors.input.matrix, output: tensors.output?.matrix)
    try network.requireFit(rows)
    cutter = try SurfaceCutter(
      model.tokenizer, model.vocabulary, model.specialTokens, of: network)
  }

  /// - Throws: `ModelError` when the rows are for a model that is no form of the one that is read.
  func requireFit(_ target: ModelDirectory) throws(ModelError) {
    let (own, other) = (model.vocabularyTensors, target.vocabularyTensors)
    guard own.input.matrix.columns == other.input.matrix.columns,
      own.input.matrix.rows == other.input.matrix.rows,
      model.vocabulary.ids.allSatisfy({
        model.vocabulary.spelling(of: $0) == target.vocabulary.spelling(of: $0)
      })
    else { throw ModelError(target.path, .notFineTuned(of: model.path)) }
  }

  /// Members of the manifest's options.
  var description: String {
    let name = JSONText.string(FileSystem.lastComponent(network.directory))
    var text = "\"hypernetwork\":\(name)"
    if let language { text += ",\"language\":\(language)" }
    if let fineTuningShare {
      text += ",\"fineTuningShare\":\(JSONText.number(fineTuningShare))"
    }
    return text
  }

  // MARK: Predicting

  /// The same without what it has predicted so far.
  package func withoutPredictions() -> HypernetworkSource {
    var result = self
    result.made = PredictionStore()
    return result
  }

  /// The pieces that are read of a text: those of the model's own tokenizer, or of the hypernetwork's
  /// where the model's has none.
  ///
  /// - Parameter known: pieces that have been found already.
  func pieces(of text: [UInt8], known: [TokenID]?) -> [TokenID] {
    if let known, !known.isEmpty { return known }
    return cutter.pieces(of: text)
  }

  /// The rows of tokens by their pieces.
  func predict(
    _ surfaces: [[TokenID]], progress: (Double) throws -> Void
  ) throws -> [[TokenID]: PredictedRow] {
    let missing = made.missing(surfaces)
    if !missing.isEmpty {
      let prediction = try network.predict(
        missing, from: rows, language: language, progress: progress)
      for (row, surface) in missing.enumerated() {
        made.add(
          PredictedRow(
            input: prediction.input.row(row),
            output: prediction.output?.row(row) ?? prediction.input.row(row),
            bias: prediction.biases?[row]),
          for: surface)
      }
    }
    return made.all(surfaces)
  }
}

/// What a hypernetwork makes for one token.
struct PredictedRow: Sendable {
  let input: [Float]
  let output: [Float]
  /// What is added to the token's logit, where the network says so.
  let bias: Float?
}

/// Predicted rows by the pieces that they were predicted from.
private final class PredictionStore: Sendable {
  private let rows = Mutex<[[TokenID]: PredictedRow]>([:])

  /// Those of the surfaces that nothing is known of, each once.
  func missing(_ surfaces: [[TokenID]]) -> [[TokenID]] {
    rows.withLock { rows in
      var seen: Set<[TokenID]> = []
      return surfaces.filter { rows[$0] == nil && seen.insert($0).inserted }
    }
  }

  func add(_ row: PredictedRow, for surface: [TokenID]) {
    rows.withLock { $0[surface] = row }
  }

  func all(_ surfaces: [[TokenID]]) -> [[TokenID]: PredictedRow] {
    rows.withLock { rows in
      Dictionary(surfaces.map { ($0, rows[$0]) }) { first, _ in first }.compactMapValues { $0 }
    }
  }
}
