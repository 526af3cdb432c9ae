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
      elements.withRowPointers { rows in
        lines.withUnsafeMutableBufferPointer { lines in
          if let start = lines.baseAddress { Panels.fill(rows[...], from: 0, into: start) }
        }
      }
    }
  }

  @Test func `Panels take the elements of a row that are asked for`() {
    var random = SeededGenerator(seed: 2)
    let row = (0..<5000).map { _ in Int16.random(in: .min ... .max, using: &random) }
    let panelSize = 6 * Panels.width
    for count in [0, 1, 47, 48, 63, 64, 65, 200] {
      let indices = (0..<count).map { _ in Int32.random(in: 0..<5000, using: &random) }
      var panels = [Int16](repeating: 7, count: 4 * panelSize)
      var expected = panels
      for (place, index) in indices.enumerated() {
        let (panel, column) = place.quotientAndRemainder(dividingBy: Panels.width)
        expected[panel * panelSize + Panels.place(row: 3, column: column)] = row[Int(index)]
      }
      panels.withUnsafeMutableBufferPointer { panels in
        guard let start = panels.baseAddress else { return }
        indices.withUnsafeBufferPointer {
          Panels.gather(
            row, $0, into: start + Panels.place(row: 3, column: 0), panelSize: panelSize)
        }
      }
      #expect(panels == expected)
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
    func value(_ state: Int, _ column: Int) -> Float {
      var sum = 0
      for row in 0..<rows {
        let factor = factors[(row / 2 * states + state) * 2 + row % 2]
        sum += Int(factor) * Int(panel.elements[row][column])
      }
      return panel.base[column] - scales[state] * Float(sum)
    }
    var last = [Float](repeating: .nan, count: Panels.width)
    var bounds: [Float] = []
    for state in 0..<states {
      var largest: Float = 0
      for column in 0..<Panels.width {
        largest = max(largest, abs(value(state, column)) * panel.weights[column])
      }
      bounds.append(max(largest, .leastNormalMagnitude))
    }
    // Half of the states reach their bounds by a little, the others miss them by as much.
    let isReached = (0..<states).map { ($0 + rows) % 2 == 0 && bounds[$0] > 1e-6 }
    for state in 0..<states { bounds[state] *= isReached[state] ? 0.9999 : 1.0001 }
    let reached = Panels.states(
      base: panel.base, rows: panel.lines, next: panel.lines, lines: lines, factors: factors,
      scales: scales, count: states, weights: panel.weights, bounds: bounds, last: &last)
    var found: [Int] = []
    forEachBit(reached) { found.append($0) }
    #expect(found == isReached.indices.filter { isReached[$0] })
    for column in 0..<Panels.width {
      #expect(abs(last[column] - value(states - 1, column)) < 1e-6)
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

extension [[Int16]] {
  /// Calls `body` with the start of each row in memory.
  fileprivate func withRowPointers(_ body: ([UnsafePointer<Int16>]) -> Void) {
    let flat = flatMap { $0 }
    let width = first?.count ?? 0
    flat.withUnsafeBufferPointer { flat in
      body(flat.baseAddress.map { start in indices.map { start + $0 * width } } ?? [])
    }
  }
}
