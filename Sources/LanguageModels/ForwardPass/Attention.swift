internal import Tensors

/// Causal attention of the tokens of several sequences, each to those before it in its own sequence.
///
/// Work is cut into blocks of queries of one head of one sequence; a block meets no more keys than its
/// last query may see, and no fewer than its first.
struct Attention: Sendable {
  let config: DecoderConfig
  let layout: HeadLayout
  let layer: Int

  /// The queries of one task.
  static let blockSize = 128

  /// Where a sequence's keys and values stand, from its first position on.
  ///
  /// `@unchecked Sendable`: nothing writes to them while attention reads.
  struct Memory: @unchecked Sendable {
    /// The key of the first head at the first position.
    let keys: UnsafePointer<Float>
    /// The value of the first head at the first position.
    let values: UnsafePointer<Float>
    /// The distance between positions.
    let stride: Int
    /// The distance between heads.
    let headStride: Int
  }

  /// Computes the attended values.
  ///
  /// - Parameters:
  ///   - projections: queries, keys and values of all rows, as `layout` has them.
  ///   - sequences: which rows belong together.
  ///   - memories: keys and values of each sequence, from its first position to its last.
  ///   - result: one row per row of `projections`, the heads one after another.
  func apply(
    _ projections: RowBuffer, sequences: [SequenceExtent], memories: [Memory],
    into result: RowBuffer
  ) {
    var blocks: [(sequence: Int, start: Int)] = []
    for (index, sequence) in sequences.enumerated() {
      for start in stride(from: 0, to: sequence.count, by: Self.blockSize) {
        blocks.append((index, start))
      }
    }
    // Those with the most keys first, so that no core is left with one at the end.
    blocks.sort { keyCount(sequences, $0) > keyCount(sequences, $1) }
    let tasks = blocks
    parallelFor(count: tasks.count * config.headCount) { task in
      let (sequence, start) = tasks[task / config.headCount]
      let extent = sequences[sequence]
      let rows = start..<min(start + Self.blockSize, extent.count)
      attend(
        head: task % config.headCount, extent: extent, rows: rows, memory: memories[sequence],
        projections, into: result)
    }
  }

  /// How many positions stand before a block.
  private func keyCount(
    _ sequences: [SequenceExtent], _ block: (sequence: Int, start: Int)
  ) -> Int {
    sequences[block.sequence].firstPosition + block.start
  }

  /// The queries of one head at `rows` of one sequence.
  private func attend(
    head: Int, extent: SequenceExtent, rows: Range<Int>, memory: Memory, _ projections: RowBuffer,
    into result: RowBuffer
  ) {
    let block = QueryBlock(extent: extent, rows: rows, window: config.windows[layer])
    let keyCount = block.keyCount
    let keyHead = head / (config.headCount / config.keyValueHeadCount)
    let memoryOffset = block.firstKey * memory.stride + keyHead * memory.headStride
    let firstRow = extent.firstRow + rows.lowerBound

    let scores = UnsafeMutablePointer<Float>.allocate(capacity: rows.count * keyCount)
    defer { scores.deallocate() }
    StridedProduct.multiply(
      rows: rows.count, columns: keyCount, inner: config.headDimension,
      scale: config.attentionScales[layer], projections[firstRow] + layout.query(head),
      stride: projections.columns, memory.keys + memoryOffset, stride: memory.stride,
      transposingRight: true, into: scores, stride: keyCount)
    for row in 0..<rows.count {
      weigh(scores + row * keyCount, count: keyCount, visible: block.visible(row))
    }
    StridedProduct.multiply(
      rows: rows.count, columns: config.headDimension, inner: keyCount, scores, stride: keyCount,
      memory.values + memoryOffset, stride: memory.stride, transposingRight: false,
      into: result[firstRow] + head * config.headDimension, stride: result.columns)
  }

  /// Turns the scores of one query into weights that add up to 1; those outside `visible` become 0.
  func weigh(
    _ scores: UnsafeMutablePointer<Float>, count: Int, visible: Range<Int>
  ) {
    let seen = scores + visible.lowerBound
    if let cap = config.attentionCap { VectorMath.cap(seen, count: visible.count, at: cap) }
    let largest = VectorMath.maximum(seen, count: visible.count)
    let sum = VectorMath.exponentials(of: seen, count: visible.count, less: largest)
    let scale = 1 / sum
    for index in 0..<visible.count { seen[index] *= scale }
    for index in 0..<visible.lowerBound { scores[index] = 0 }
    for index in visible.upperBound..<count { scores[index] = 0 }
  }
}

/// Consecutive queries of one sequence and the keys that they see.
struct QueryBlock {
  /// The position of the first query.
  private let firstPosition: Int
  /// How many positions a query sees, its own included.
  private let window: Int
  /// The position of the first key that any of the queries sees.
  let firstKey: Int
  /// The keys from there to the position of the last query.
  let keyCount: Int

  /// - Parameters:
  ///   - rows: the queries, counted from the first of the sequence's rows.
  ///   - window: `nil` when queries see all of the text before them.
  init(extent: SequenceExtent, rows: Range<Int>, window: Int?) {
    self.window = window ?? .max
    firstPosition = extent.firstPosition + rows.lowerBound
    firstKey = Self.start(firstPosition, self.window)
    keyCount = extent.firstPosition + rows.upperBound - firstKey
  }

  /// The keys that a query of the block sees, counted from `firstKey`.
  func visible(_ row: Int) -> Range<Int> {
    let position = firstPosition + row
    return (Self.start(position, window) - firstKey)..<(position + 1 - firstKey)
  }

  private static func start(_ position: Int, _ window: Int) -> Int {
    window > position ? 0 : position - window + 1
  }
}
