import TestSupport
import Testing

@testable import Surgery

/// The vector loops, held to what they are said to compute.
@Suite struct PanelTests {
  private struct Panel {
    var base: [Float]
    var weights: [Float]
    /// The elements of the rows, and the same as lines of pairs.
    var elements: [[Int16]]
    var lines: [Int16]

    init(rows: Int, _ random: inout SeededGenerator) {
      base = (0..<Panels.width).map { _ in random.normal() / 8 }
      weights = (0..<Panels.width).map { _ in
        Bool.random(using: &random) ? Float.random(in: 0...2, using: &random) : 0
      }
      elements = (0..<rows).map { _ in
        (0..<Panels.width).map { _ in Int16.random(in: -32767...32767, using: &random) }
      }
      lines = [Int16](repeating: 0, count: Panels.lineCount(rows: rows) * 2 * Panels.width)
      for pair in 0..<Panels.lineCount(rows: rows) {
        let even = elements[2 * pair]
        let odd = 2 * pair + 1 < rows ? elements[2 * pair + 1] : even
        lines.withUnsafeMutableBufferPointer { lines in
          guard let start = lines.baseAddress else { return }
          Panels.line(even, odd, into: start + pair * 2 * Panels.width)
        }
      }
    }
  }

  @Test func `A line holds its two rows in pairs`() {
    var random = SeededGenerator(seed: 1)
    let panel = Panel(rows: 5, &random)
    for (row, elements) in panel.elements.enumerated() {
      for (column, element) in elements.enumerated() {
        #expect(panel.lines[Panels.place(row: row, column: column)] == element)
      }
    }
  }

  @Test(arguments: [0, 1, 2, 7, 64])
  func `Values are the base less the rows times their factors`(rows: Int) {
    var random = SeededGenerator(seed: UInt64(rows))
    let panel = Panel(rows: rows, &random)
    var factors = (0..<rows).map { _ in random.normal() / 32767 }
    if rows % 2 != 0 { factors.append(0) }
    var values = [Float](repeating: .nan, count: Panels.width)
    let largest = Panels.values(
      base: panel.base, rows: panel.lines, lines: Panels.lineCount(rows: rows),
      factors: factors.isEmpty ? [0] : factors, weights: panel.weights, into: &values)
    var expectedLargest = 0.0
    for column in 0..<Panels.width {
      var expected = Double(panel.base[column])
      for row in 0..<rows {
        expected -= Double(factors[row]) * Double(panel.elements[row][column])
      }
      #expect(abs(Double(values[column]) - expected) < 1e-5)
      expectedLargest = max(expectedLargest, abs(expected) * Double(panel.weights[column]))
    }
    #expect(abs(Double(largest) - expectedLargest) < 1e-4)
  }

  @Test(arguments: 1...Panels.largestStateCount, [0, 1, 2, 7, 64])
  func `Several states are the exact sums of integers times their scales`(states: Int, rows: Int) {
    var random = SeededGenerator(seed: UInt64(states * 100 + rows))
    let panel = Panel(rows: rows, &random)
    let lines = Panels.lineCount(rows: rows)
    var factors = [Int16](repeating: 0, count: max(lines * states * 2, 1))
    let most = Int16(65_000 / max(rows, 2))
    for row in 0..<rows {
      for state in 0..<states {
        factors[(row / 2 * states + state) * 2 + row % 2] = .random(
          in: -most...most, using: &random)
      }
    }
    let scales = (0..<states).map { _ in Float.random(in: 0...1e-9, using: &random) }
    var last = [Float](repeating: .nan, count: Panels.width)
    var largest = [Float](repeating: .nan, count: states)
    Panels.states(
      base: panel.base, rows: panel.lines, next: panel.lines, lines: lines, factors: factors,
      scales: scales, count: states, weights: panel.weights, last: &last, largest: &largest)
    for state in 0..<states {
      var expectedLargest: Float = 0
      for column in 0..<Panels.width {
        var sum = 0
        for row in 0..<rows {
          let factor = factors[(row / 2 * states + state) * 2 + row % 2]
          sum += Int(factor) * Int(panel.elements[row][column])
        }
        let expected = panel.base[column] - scales[state] * Float(sum)
        expectedLargest = max(expectedLargest, abs(expected) * panel.weights[column])
        if state == states - 1 { #expect(abs(last[column] - expected) < 1e-6) }
      }
      #expect(abs(largest[state] - expectedLargest) < 1e-6)
    }
  }

  @Test func `Columns are those whose score reaches the threshold`() {
    var random = SeededGenerator(seed: 4)
    let panel = Panel(rows: 0, &random)
    let scores = zip(panel.base, panel.weights).map { abs($0) * $1 }
    for threshold in scores + [0, 1, .leastNonzeroMagnitude] {
      let columns = Panels.columns(panel.base, weights: panel.weights, reaching: threshold)
      var found: [Int] = []
      forEachBit(columns) { found.append($0) }
      #expect(found == scores.indices.filter { scores[$0] >= threshold })
    }
  }
}
