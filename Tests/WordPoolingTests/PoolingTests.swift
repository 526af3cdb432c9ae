import Glibc
import Tensors
import TestSupport
import Testing

@testable import WordPooling

@Suite struct PoolingTests {
  private func random(_ rows: Int, _ columns: Int, _ generator: inout SeededGenerator) -> Matrix {
    Matrix((0..<rows).map { _ in (0..<columns).map { _ in generator.normal() } })
  }

  /// One word in double precision, as the formulas say it.
  private func slowAttention(
    _ word: [UInt8], _ bytes: Matrix, _ positions: Matrix, _ query: [Float], _ key: Matrix,
    _ value: Matrix, _ output: Matrix, heads: Int
  ) -> [Double] {
    let count = query.count
    func apply(_ matrix: Matrix, _ vector: [Double]) -> [Double] {
      (0..<count).map { row in (0..<count).reduce(0) { $0 + Double(matrix[row, $1]) * vector[$1] } }
    }
    let inputs = word.enumerated().map { position, byte in
      (0..<count).map { Double(bytes[Int(byte), $0]) + Double(positions[position, $0]) }
    }
    let (keys, values) = (inputs.map { apply(key, $0) }, inputs.map { apply(value, $0) })
    var joined = [Double](repeating: 0, count: count)
    let width = count / heads
    for head in 0..<heads {
      let columns = (head * width)..<((head + 1) * width)
      let scores = keys.map { key in
        exp(columns.reduce(0) { $0 + Double(query[$1]) * key[$1] } / Double(width).squareRoot())
      }
      for (score, value) in zip(scores, values) {
        for column in columns { joined[column] += score / scores.reduce(0, +) * value[column] }
      }
    }
    return apply(output, joined)
  }

  @Test func `Attention pooling equals its formulas`() throws {
    var generator = SeededGenerator(seed: 53)
    let (bytes, positions) = (random(256, 8, &generator), random(5, 8, &generator))
    let query = random(1, 8, &generator).row(0)
    let (key, value, output) = (
      random(8, 8, &generator), random(8, 8, &generator), random(8, 8, &generator)
    )
    let pooling = try AttentionPooling(
      bytes: bytes, positions: positions, query: query, key: key, value: value, output: output,
      headCount: 2)
    let words = ["word", "a", "", "longer than five"].map { Array($0.utf8) }
    let rows = pooling.rows(of: words)
    for (index, word) in words.enumerated() where !word.isEmpty {
      let expected = slowAttention(
        Array(word.prefix(5)), bytes, positions, query, key, value, output, heads: 2)
      for column in 0..<8 { #expect(abs(Double(rows[index, column]) - expected[column]) < 1e-3) }
    }
    #expect(rows.row(2).allSatisfy { $0 == 0 })
  }

  @Test func `A word of one byte is that byte when values and output change nothing`() throws {
    var generator = SeededGenerator(seed: 59)
    let (bytes, positions) = (random(256, 4, &generator), random(3, 4, &generator))
    let identity = Matrix((0..<4).map { row in (0..<4).map { $0 == row ? 1 : 0 } })
    let pooling = try AttentionPooling(
      bytes: bytes, positions: positions, query: [1, 2, 3, 4], key: random(4, 4, &generator),
      value: identity, output: identity, headCount: 1)
    let row = pooling.rows(of: [[0x41]]).row(0)
    let expected = (0..<4).map { bytes[0x41, $0] + positions[0, $0] }
    #expect(zip(row, expected).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test func `Means weigh units as they say`() {
    let table = Matrix([[1, 0], [0, 1], [3, 3]])
    #expect(RowPooling.mean.rows(of: [[0, 1], []], in: table.view).row(0) == [0.5, 0.5])
    let weighted = RowPooling.positionWeighted.rows(of: [[0, 2]], in: table.view).row(0)
    let expected: [Float] = [7 / 3, 2]
    #expect(zip(weighted, expected).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  @Test func `N-grams are those of the word between its marks`() {
    let grams = ByteNGrams(lengths: 2...2, bucketCount: 1 << 20)
    #expect(grams.buckets(of: Array("ab".utf8)).count == 3)
    #expect(grams.buckets(of: Array("ab".utf8))[1] != grams.buckets(of: Array("ba".utf8))[1])
    let counts = ByteNGrams(bucketCount: 7).counts(of: [Array("aaa".utf8)])
    let total: Float = counts.row(0).reduce(0, +)
    #expect(total == 12)
  }
}
