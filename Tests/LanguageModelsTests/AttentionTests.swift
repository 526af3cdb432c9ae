import ByteIO
import TestSupport
import Testing

@testable import LanguageModels

/// The parts of the forward pass against slow ones, on random small sizes.
@Suite struct AttentionTests {
  private func config(_ members: String) throws -> DecoderConfig {
    let text = """
      {"vocab_size": 8, "hidden_size": 8, "num_hidden_layers": 2, "intermediate_size": 8, \(members)}
      """
    return try DecoderConfig(
      JSON(parsing: Array(text.utf8), source: "config.json"), directory: "model")
  }

  private func random(_ rows: Int, _ columns: Int, seed: UInt64) -> RowBuffer {
    var generator = SeededGenerator(seed: seed)
    let buffer = RowBuffer(rows: rows, columns: columns)
    for index in 0..<(rows * columns) { buffer.elements[index] = generator.normal() }
    return buffer
  }

  private func row(_ buffer: RowBuffer, _ row: Int, _ columns: Range<Int>) -> [Double] {
    columns.map { Double(buffer[row][$0]) }
  }

  private struct Shape: Sendable, CustomTestStringConvertible {
    var heads: Int
    var keyHeads: Int
    var width: Int
    var window: Int?
    var isCapped = false

    var testDescription: String { "\(heads)/\(keyHeads) heads of \(width), window \(window ?? 0)" }

    var members: String {
      // Gemma 2 has all of it: caps, windows on even layers, widths of its own.
      """
      "model_type": "gemma2", "num_attention_heads": \(heads), "num_key_value_heads": \(keyHeads), \
      "head_dim": \(width), "query_pre_attn_scalar": 7, "sliding_window": \(window ?? 100_000), \
      "attn_logit_softcapping": \(isCapped ? "1.5" : "null")
      """
    }
  }

  private static let shapes = [
    Shape(heads: 1, keyHeads: 1, width: 4), Shape(heads: 4, keyHeads: 2, width: 10, window: 5),
    Shape(heads: 3, keyHeads: 1, width: 8, window: 1, isCapped: true),
    Shape(heads: 2, keyHeads: 2, width: 6, window: 130, isCapped: true),
    Shape(heads: 6, keyHeads: 3, width: 2, window: 140),
  ]

  @Test(arguments: shapes)
  private func `Attention is what its definition says, sequence by sequence`(shape: Shape) throws {
    let config = try config(shape.members)
    let layout = HeadLayout(config)
    let counts = [1, 7, 129, 300, 128]
    let extents = SequenceExtent.consecutive(counts)
    let total = counts.reduce(0, +)
    let projections = random(total, layout.width, seed: 1)
    let result = RowBuffer(rows: total, columns: config.queryWidth)
    Attention(config: config, layout: layout, layer: 0).apply(
      projections, sequences: extents,
      memories: extents.map { layout.memory(of: projections[$0.firstRow]) }, into: result)
    let slow = SlowAttention(
      headCount: shape.heads, keyHeadCount: shape.keyHeads, width: shape.width,
      scale: 1 / 7.0.squareRoot(), window: shape.window, cap: shape.isCapped ? 1.5 : nil)
    let keys = config.queryWidth..<(config.queryWidth + config.keyWidth)
    let values = keys.upperBound..<(keys.upperBound + config.keyWidth)
    for extent in extents {
      let expected = slow.apply(
        queries: extent.rows.map { row(projections, $0, 0..<config.queryWidth) },
        keys: extent.rows.map { row(projections, $0, keys) },
        values: extent.rows.map { row(projections, $0, values) })
      for (index, numbers) in expected.enumerated() {
        let found = row(result, extent.firstRow + index, 0..<config.queryWidth)
        let difference = zip(found, numbers).map { abs($0 - $1) }.max() ?? 0
        #expect(difference < 2e-5, "position \(index) of \(extent.count)")
      }
    }
  }

  @Test func `A rotation turns pairs by position times frequency and keeps the rest`() throws {
    let parameters = RotaryParameters(dimension: 6, theta: 50)
    let frequencies = parameters.frequencies(length: 40)
    let table = RotaryTable(frequencies, magnitude: 1, positions: 3..<40)
    #expect(frequencies.count == 3 && frequencies[0] == 1)
    let heads = random(37, 8, seed: 2)
    for index in 0..<37 {
      let before = row(heads, index, 0..<8)
      table.rotate(heads[index], position: index + 3)
      let after = row(heads, index, 0..<8)
      for pair in 0..<3 {
        let (x, y) = (before[pair], before[pair + 3])
        // The same turn in many small steps.
        var (u, v) = (x, y)
        let step = Double(frequencies[pair]) * Double(index + 3) / 100_000
        for _ in 0..<100_000 { (u, v) = (u - v * step, v + u * step) }
        let length = ((x * x + y * y) / (u * u + v * v)).squareRoot()
        #expect(abs(after[pair] - u * length) < 1e-3 && abs(after[pair + 3] - v * length) < 1e-3)
      }
      #expect(after[6...] == before[6...])
    }
  }

  @Test func `Elementary functions are accurate and keep what is not a number`() {
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<2000 {
      let x = generator.normal() * 6
      // e^x · e^-x is 1, and e^x is the product of its halves.
      let product = VectorMath.exponential(x) * VectorMath.exponential(-x)
      let half = VectorMath.exponential(x / 2)
      #expect(abs(product - 1) < 1e-6 && abs(half * half / VectorMath.exponential(x) - 1) < 1e-6)
      let tangent = VectorMath.hyperbolicTangent(x)
      #expect(abs(tangent + VectorMath.hyperbolicTangent(-x)) < 1e-6 && abs(tangent) <= 1)
      #expect(abs(VectorMath.errorFunction(x) + VectorMath.errorFunction(-x)) < 1e-6)
    }
    #expect(abs(VectorMath.exponential(1) - 2.718_281_8) < 1e-6)
    #expect(abs(VectorMath.hyperbolicTangent(0.5) - 0.462_117_16) < 3e-7)
    #expect(abs(VectorMath.errorFunction(0.5) - 0.520_499_9) < 5e-7)
    #expect(VectorMath.exponential(-.infinity) < 1e-37 && VectorMath.exponential(0) == 1)
    #expect(VectorMath.exponential(.nan).isNaN && VectorMath.hyperbolicTangent(.nan).isNaN)
  }

  @Test func `Sums and maxima see every element once`() {
    for count in 0..<40 {
      let values = random(1, max(count, 1), seed: UInt64(count))
      let list = (0..<count).map { values.elements[$0] }
      let sum = VectorMath.sum(values.elements, count: count)
      #expect(abs(sum - list.reduce(0, +)) < 1e-4)
      let squares = VectorMath.sumOfSquares(values.elements, count: count)
      #expect(abs(squares - list.reduce(0) { $0 + $1 * $1 }) < 1e-4)
      #expect(
        VectorMath.maximum(values.elements, count: count) == list.max() ?? -Float.infinity)
    }
  }
}
