/// The keys and values of the tokens that a model has read, so that it can read on without beginning
/// anew.
///
/// A cache belongs to one text and is used by one thread at a time. It is made by
/// `LanguageModel.makeCache()`.
public final class KeyValueCache {
  /// The number of tokens that the model has read.
  public internal(set) var count = 0
  /// Layer by layer: a row per position, all keys and then all values.
  private var layers: [RowBuffer]
  private let layout: HeadLayout
  private let headCount: Int
  private let headDimension: Int

  init(_ config: DecoderConfig) {
    layout = HeadLayout(config)
    headCount = config.keyValueHeadCount
    headDimension = config.headDimension
    layers = (0..<config.layerCount).map { _ in
      RowBuffer(rows: 0, columns: 2 * config.keyWidth)
    }
  }

  /// A cache that holds the same and grows apart from this one.
  package func copy() -> KeyValueCache { KeyValueCache(copying: self) }

  private init(copying other: KeyValueCache) {
    (count, layout) = (other.count, other.layout)
    (headCount, headDimension) = (other.headCount, other.headDimension)
    layers = other.layers.map { layer in
      let copy = RowBuffer(rows: other.count, columns: layer.columns)
      copy.elements.update(from: layer.elements, count: other.count * layer.columns)
      return copy
    }
  }

  /// Appends what some rows of `projections` hold for new tokens of a layer. `count` grows when all
  /// layers have theirs.
  ///
  /// - Returns: the keys and values of all tokens.
  func append(_ projections: RowBuffer, rows: Range<Int>, layer: Int) -> Attention.Memory {
    let needed = count + rows.count
    if needed > layers[layer].rows { grow(layer, to: max(needed, 2 * layers[layer].rows)) }
    let memory = layers[layer]
    let width = headCount * headDimension
    for (place, row) in rows.enumerated() {
      let target = memory[count + place]
      for head in 0..<headCount {
        let place = target + head * headDimension
        place.update(from: projections[row] + layout.key(head), count: headDimension)
        (place + width).update(from: projections[row] + layout.value(head), count: headDimension)
      }
    }
    return Attention.Memory(
      keys: memory.elements, values: memory.elements + width, stride: 2 * width,
      headStride: headDimension)
  }

  private func grow(_ layer: Int, to rows: Int) {
    let old = layers[layer]
    let new = RowBuffer(rows: rows, columns: old.columns)
    new.elements.update(from: old.elements, count: count * old.columns)
    layers[layer] = new
  }
}
