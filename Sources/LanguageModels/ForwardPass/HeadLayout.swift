/// Where the query, key and value of each head stand in a row of projections.
struct HeadLayout: Sendable {
  /// The length of a row.
  let width: Int
  /// The column of the first key, and of the first value; the first query has column 0.
  let firstKey: Int
  let firstValue: Int
  /// The distance between the heads.
  let stride: Int

  init(_ config: DecoderConfig) {
    width = config.queryWidth + 2 * config.keyWidth
    if config.family.projections == .joinedByHead {
      firstKey = config.headDimension
      firstValue = 2 * config.headDimension
      stride = 3 * config.headDimension
    } else {
      firstKey = config.queryWidth
      firstValue = config.queryWidth + config.keyWidth
      stride = config.headDimension
    }
  }

  /// The column of the first element of a head's query.
  func query(_ head: Int) -> Int { head * stride }

  /// The column of the first element of a key; `head` counts key heads.
  func key(_ head: Int) -> Int { firstKey + head * stride }

  /// The column of the first element of a value; `head` counts key heads.
  func value(_ head: Int) -> Int { firstValue + head * stride }

  /// The keys and values of a sequence whose projections begin at `row`.
  func memory(of row: UnsafePointer<Float>) -> Attention.Memory {
    Attention.Memory(
      keys: row + firstKey, values: row + firstValue, stride: width, headStride: stride)
  }
}
