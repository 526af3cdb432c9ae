internal import LanguageModels
internal import Tensors

/// The first part of a hypernetwork: from the model's rows of the pieces to what its layers read.
struct SurfaceEmbedding: Sendable {
  private let config: HypernetworkConfig
  private let scaler: RowScaler?
  private let fallback: MatrixView
  private let map: Affine
  private let block: ProjectorBlock
  private let positions: MatrixView
  private let type: [Float]
  private let languages: MatrixView?
  private let norm: Normalization
  private let layout: ParameterLayout

  private static let fallbackName = "fallback_embeddings.weight"
  private static let positionName = "model.embeddings.position_embeddings.weight"
  private static let typeName = "model.embeddings.token_type_embeddings.weight"
  private static let languageName = "lang_embeddings.weight"

  init(_ parameters: Parameters, _ config: HypernetworkConfig) {
    self.config = config
    layout = parameters.layout
    scaler = config.rescales ? parameters.scaler("in_scaler") : nil
    fallback = parameters.view(Self.fallbackName)
    map = parameters.affine("input_projection.0")
    block = parameters.block("input_projection.1")
    positions = parameters.view(Self.positionName)
    type = parameters.vector(Self.typeName)
    languages = config.languageCount.map { _ in parameters.view(Self.languageName) }
    norm = parameters.normalization(
      "model.embeddings.LayerNorm", epsilon: EncoderLayer.epsilon)
  }

  struct Trace {
    let batch: SurfaceBatch
    let language: Int?
    /// One row per id of the batch.
    let sources: RowBuffer
    let block: ProjectorBlock.Trace
    /// What is normalised, one row per row of the batch.
    let sum: RowBuffer
  }

  func run(
    _ batch: SurfaceBatch, _ source: SourceRows, language: Int?
  ) -> (output: RowBuffer, trace: Trace) {
    let sources = self.sources(batch.ids, source)
    let (projected, trace) = block.run(map.apply(to: sources))
    let sum = RowBuffer(rows: batch.rowCount, columns: config.hiddenSize)
    sum.forEachRow { row, elements in
      guard let place = batch.places[row] else {
        // The language enters alone, without type and position.
        languages?.copyRows(
          (language ?? 0)..<((language ?? 0) + 1),
          into: UnsafeMutableBufferPointer(start: elements, count: config.hiddenSize))
        return
      }
      let position = batch.positions[row]
      positions.copyRows(
        position..<(position + 1),
        into: UnsafeMutableBufferPointer(start: elements, count: config.hiddenSize))
      let made = projected[place]
      for index in type.indices { elements[index] += made[index] + type[index] }
    }
    let result = Trace(
      batch: batch, language: language, sources: sources, block: trace, sum: sum)
    return (norm.apply(to: sum), result)
  }

  /// The model's rows of pieces, scaled; of those that the model does not have, the network's own.
  private func sources(_ ids: [Int], _ source: SourceRows) -> RowBuffer {
    let result = RowBuffer(rows: ids.count, columns: config.sourceSize)
    result.forEachRow { row, elements in
      if ids[row] < config.originalVocabularySize { source.copyRow(ids[row], to: elements) }
    }
    scaler?.apply(to: result)
    for (row, id) in ids.enumerated() where id >= config.originalVocabularySize {
      let place = min(id - config.originalVocabularySize, fallback.rows - 1)
      fallback.copyRows(
        place..<(place + 1),
        into: UnsafeMutableBufferPointer(start: result[row], count: config.sourceSize))
    }
    return result
  }

  /// Adds the gradients by the parameters. The model's rows are constants.
  func carryBack(_ slope: RowBuffer, _ trace: Trace, into gradient: ParameterGradient) {
    let (batch, hidden) = (trace.batch, config.hiddenSize)
    let sumSlope = norm.carryBack(slope, input: trace.sum, into: gradient)
    let projectedSlope = RowBuffer(rows: batch.ids.count, columns: hidden)
    for row in 0..<batch.rowCount {
      let elements = sumSlope[row]
      guard let place = batch.places[row] else {
        let start = layout[Self.languageName].offset + (trace.language ?? 0) * hidden
        gradient.addRow(elements, count: hidden, at: start)
        continue
      }
      let position = layout[Self.positionName].offset + batch.positions[row] * hidden
      gradient.addRow(elements, count: hidden, at: position)
      gradient.addRow(elements, count: hidden, at: layout[Self.typeName].offset)
      let target = projectedSlope[place]
      for index in 0..<hidden { target[index] += elements[index] }
    }
    let mappedSlope = block.carryBack(projectedSlope, trace.block, into: gradient)
    let sourceSlope = map.carryBack(mappedSlope, input: trace.sources, into: gradient)
    for (row, id) in batch.ids.enumerated() where id >= config.originalVocabularySize {
      let place = min(id - config.originalVocabularySize, fallback.rows - 1)
      gradient.addRow(
        sourceSlope[row], count: config.sourceSize,
        at: layout[Self.fallbackName].offset + place * config.sourceSize)
    }
  }
}
