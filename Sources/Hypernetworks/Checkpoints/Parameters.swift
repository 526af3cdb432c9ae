internal import LanguageModels
internal import Tensors

/// The tensors of a hypernetwork, in a mapped file or in memory.
struct Parameters: Sendable {
  let layout: ParameterLayout
  private let views: [String: MatrixView]

  /// Parameters in memory, laid out one after another. What writes to the memory must not do so while
  /// a network made of them runs.
  init(_ layout: ParameterLayout, in storage: FloatStorage) {
    precondition(storage.elements.count == layout.count)
    self.layout = layout
    var views: [String: MatrixView] = [:]
    for tensor in layout.tensors {
      let (rows, columns) = tensor.matrixShape
      views[tensor.name] = MatrixView(
        storage, offset: tensor.offset, rows: rows, columns: columns)
    }
    self.views = views
  }

  /// The tensors of a checkpoint.
  ///
  /// - Throws: `HypernetworkError` when one is missing, has another shape than the config gives it, or
  ///   holds numbers that are not finite.
  init(
    _ checkpoint: Checkpoint, _ config: HypernetworkConfig
  ) throws(HypernetworkError) {
    // The config does not say how many positions are stored; the network needs so many.
    let name = "model.embeddings.position_embeddings.weight"
    let stored = checkpoint[name]?.tensor.shape.first ?? 0
    layout = ParameterLayout(config, positions: max(stored, config.positionCount))
    var views: [String: MatrixView] = [:]
    for tensor in layout.tensors {
      views[tensor.name] = try Self.view(of: tensor, in: checkpoint)
    }
    self.views = views
  }

  private static func view(
    of tensor: ParameterLayout.Tensor, in checkpoint: Checkpoint
  ) throws(HypernetworkError) -> MatrixView {
    let directory = checkpoint.directory
    guard let (_, info) = checkpoint[tensor.name] else {
      throw HypernetworkError(directory, .missingTensor(tensor.name))
    }
    guard info.shape == tensor.shape else {
      throw HypernetworkError(
        directory,
        .wrongShape(tensor: tensor.name, shape: info.shape, expected: tensor.shape))
    }
    let view: MatrixView
    do {
      view = try checkpoint.matrix(tensor.name)
    } catch {
      throw HypernetworkError(directory, .checkpoint(error))
    }
    if let row = view.firstNonFiniteRow {
      throw HypernetworkError(directory, .nonFinite(tensor: tensor.name, row: row))
    }
    return view
  }

  // MARK: Parts

  /// A tensor as it is stored; a vector is one row or one column.
  func view(_ name: String) -> MatrixView {
    guard let view = views[name] else { preconditionFailure("no parameter `\(name)`") }
    return view
  }

  /// A vector, or a row of a matrix after another.
  func vector(_ name: String) -> [Float] {
    let view = view(name)
    return (0..<view.rows).flatMap { view.row($0) }
  }

  func affine(_ name: String) -> Affine {
    Affine(
      map: WeightMatrix(view(name + ".weight"), bias: vector(name + ".bias")),
      weightPlace: layout[name + ".weight"].offset, biasPlace: layout[name + ".bias"].offset)
  }

  func normalization(_ name: String, epsilon: Float) -> Normalization {
    Normalization(
      norm: RowNormalization(
        weight: vector(name + ".weight"), bias: vector(name + ".bias"), epsilon: epsilon),
      weightPlace: layout[name + ".weight"].offset, biasPlace: layout[name + ".bias"].offset)
  }

  func block(_ name: String) -> ProjectorBlock {
    ProjectorBlock(
      inner: affine(name + ".dense1"), outer: affine(name + ".dense2"),
      norm: normalization(name + ".ln", epsilon: 1e-6))
  }

  func scaler(_ name: String) -> RowScaler {
    RowScaler(factors: vector(name + ".w"), terms: vector(name + ".b"))
  }
}
