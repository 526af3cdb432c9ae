internal import Tensors
internal import Tokenization

/// The parameters that training begins with: a network that predicts, but for small errors, the mean of
/// the pieces' rows.
///
/// Rows, brought to mean 0 and variance 1 in each dimension, go through the network in dimensions of
/// their own (or along their principal directions where the network is narrower). Two more dimensions
/// hold a large constant and its negative, so that a layer normalisation divides all rows by nearly the
/// same number, and its weights take that back. Blocks begin with an outer matrix of zeros, so that they
/// add nothing; attention begins nearly even, with values that count more than the row itself.
struct InitialParameters {
  private let config: HypernetworkConfig
  private let layout: ParameterLayout
  private let storage: FloatStorage
  private var generator: SplitMix64

  /// How much more than the row itself counts what it sees.
  private static let attentionWeight: Float = 8

  /// Fills `storage`, which holds zeros.
  ///
  /// - Parameter tokens: the tokens whose rows are typical.
  static func fill(
    _ storage: FloatStorage, _ layout: ParameterLayout, _ config: HypernetworkConfig,
    source: SourceRows, tokens: [Int], seed: UInt64
  ) {
    var initial = InitialParameters(
      config: config, layout: layout, storage: storage,
      generator: SplitMix64(seed: seed, purpose: 0, step: 0))
    initial.fill(source, tokens)
  }

  private mutating func fill(_ source: SourceRows, _ tokens: [Int]) {
    let width = config.sourceSize
    var rows = Matrix(rows: tokens.count, columns: width)
    for (row, token) in tokens.enumerated() {
      rows.withMutableRow(row) { target in
        if let start = target.baseAddress { source.copyRow(token, to: start) }
      }
    }
    let statistics = ColumnStatistics(rows)
    fillScalers(statistics)
    statistics.standardise(&rows)
    let kept = min(width, config.hiddenSize - 2)
    let directions = PrincipalDirections.find(kept, of: rows, &generator)
    let image = LinearAlgebra.product(rows, directions, transposingRight: true)
    let energy = image.view.rowNorms.reduce(0) { $0 + $1 * $1 } / Double(max(tokens.count, 1))
    let constant = (0.75 * Float(width)).squareRoot()
    let norm = ((Float(energy) + 2 * constant * constant) / Float(config.hiddenSize)).squareRoot()

    draw("fallback_embeddings.weight", deviation: 0.02)
    copy(directions, to: "input_projection.0.weight")
    let bias = layout["input_projection.0.bias"].offset
    storage.start[bias + config.hiddenSize - 2] = constant
    storage.start[bias + config.hiddenSize - 1] = -constant
    fillBlock("input_projection.1", norm: norm)
    draw("model.embeddings.position_embeddings.weight", deviation: 0.1)
    fill("model.embeddings.LayerNorm.weight", with: norm)
    for layer in 0..<config.layerCount { fillLayer("model.encoder.layer.\(layer)", norm: norm) }
    fillHeads(directions, norm: norm)
  }

  // MARK: Parts

  private func fillScalers(_ statistics: ColumnStatistics) {
    let width = config.embeddingSize
    for column in 0..<config.sourceSize {
      let (mean, deviation) = (statistics.means[column], statistics.deviations[column])
      storage.start[layout["in_scaler.w"].offset + column] = 1 / deviation
      storage.start[layout["in_scaler.b"].offset + column] = -mean / deviation
      let (name, place) =
        column < width ? ("scaler", column) : ("out_scaler", column - width)
      storage.start[layout[name + ".w"].offset + place] = deviation
      storage.start[layout[name + ".b"].offset + place] = mean
    }
  }

  private mutating func fillBlock(_ name: String, norm: Float) {
    drawInner(name + ".dense1.weight")
    fill(name + ".ln.weight", with: norm)
  }

  private mutating func fillLayer(_ name: String, norm: Float) {
    let deviation = 0.5 / Float(config.hiddenSize).squareRoot()
    draw("\(name).attention.self.query.weight", deviation: deviation)
    draw("\(name).attention.self.key.weight", deviation: deviation)
    fillDiagonal("\(name).attention.self.value.weight", with: 1)
    fillDiagonal("\(name).attention.output.dense.weight", with: Self.attentionWeight)
    fill("\(name).attention.output.LayerNorm.weight", with: norm)
    drawInner("\(name).intermediate.dense.weight")
    fill("\(name).output.LayerNorm.weight", with: norm)
  }

  /// The way back from the network's dimensions to those of rows.
  private mutating func fillHeads(_ directions: Matrix, norm: Float) {
    let names =
      ["output_projection"] + (config.hasSeparateOutput ? ["output_projection_out"] : [])
    for (place, name) in names.enumerated() {
      fillBlock(name + ".0", norm: norm)
      let start = layout[name + ".1.weight"].offset
      for row in 0..<config.embeddingSize {
        for direction in 0..<directions.rows {
          storage.start[start + row * config.hiddenSize + direction] =
            directions[direction, place * config.embeddingSize + row]
        }
      }
    }
  }

  /// A matrix that the constants do not enter: it would be they alone that it sees.
  private mutating func drawInner(_ name: String) {
    draw(name, deviation: 1 / Float(config.hiddenSize).squareRoot())
    let tensor = layout[name]
    let (rows, columns) = tensor.matrixShape
    for row in 0..<rows {
      for column in (columns - 2)..<columns {
        storage.start[tensor.offset + row * columns + column] = 0
      }
    }
  }

  private mutating func draw(_ name: String, deviation: Float) {
    for place in layout[name].places {
      storage.start[place] = deviation * Float(generator.nextNormal())
    }
  }

  private func fill(_ name: String, with value: Float) {
    for place in layout[name].places { storage.start[place] = value }
  }

  private func fillDiagonal(_ name: String, with value: Float) {
    let tensor = layout[name]
    let (rows, columns) = tensor.matrixShape
    for row in 0..<rows { storage.start[tensor.offset + row * columns + row] = value }
  }

  private func copy(_ matrix: Matrix, to name: String) {
    let start = layout[name].offset
    matrix.withElements { elements in
      for (index, value) in elements.enumerated() { storage.start[start + index] = value }
    }
  }
}

/// Mean and standard deviation of each column.
struct ColumnStatistics {
  let means: [Float]
  let deviations: [Float]

  init(_ rows: Matrix) {
    var (sums, squares) = (
      [Double](repeating: 0, count: rows.columns), [Double](repeating: 0, count: rows.columns)
    )
    for row in 0..<rows.rows {
      rows.withRow(row) { elements in
        for (column, value) in elements.enumerated() {
          sums[column] += Double(value)
          squares[column] += Double(value) * Double(value)
        }
      }
    }
    let count = Double(max(rows.rows, 1))
    means = sums.map { Float($0 / count) }
    deviations = zip(sums, squares).map { sum, square in
      let variance = square / count - (sum / count) * (sum / count)
      return variance > 1e-12 ? Float(variance.squareRoot()) : 1
    }
  }

  func standardise(_ rows: inout Matrix) {
    for row in 0..<rows.rows {
      rows.withMutableRow(row) { elements in
        for column in elements.indices {
          elements[column] = (elements[column] - means[column]) / deviations[column]
        }
      }
    }
  }
}
