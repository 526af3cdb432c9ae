import Tensors
import TestSupport
import Testing
import Tokenization

@testable import LanguageModels

/// The backward pass against differences of the forward pass, architecture by architecture.
@Suite struct GradientTests {
  /// Two sequences of a tiny model in its own rows, and the token that follows each place.
  private struct Problem {
    let model: LanguageModel
    var inputs: Matrix
    var outputs: Matrix
    let lengths: [Int]
    let targets: [Int]

    init(_ golden: GoldenModel) throws {
      let model = try golden.open()
      self.model = model
      let sequences = try golden.sequences.map(\.ids).filter { $0.count > 2 }
      inputs = Matrix(
        model.weights.embedding, rows: sequences.flatMap { $0.dropLast().map(Int.init) })
      let head = ["lm_head.weight", "embed_out.weight"].first { model.checkpoint[$0] != nil }
      outputs = Matrix(
        try head.flatMap { model.config.isTied ? nil : try model.checkpoint.matrix($0) }
          ?? model.weights.embedding)
      lengths = sequences.map { $0.count - 1 }
      targets = sequences.flatMap { $0.dropFirst().map(Int.init) }
    }

    func gradient(fitted: Range<Int>? = nil) throws -> RowGradient {
      try model.rowGradient(
        ofStoredRows: inputs, lengths: lengths, targets: targets, output: outputs,
        fitted: fitted ?? 0..<outputs.rows)
    }
  }

  private func random(_ rows: Int, _ columns: Int, _ generator: inout SeededGenerator) -> Matrix {
    Matrix(
      (0..<rows).map { _ in (0..<columns).map { _ in .random(in: -1...1, using: &generator) } })
  }

  private func sum(_ left: Matrix, _ right: Matrix, times factor: Float) -> Matrix {
    var result = left
    for row in 0..<left.rows {
      for column in 0..<left.columns { result[row, column] += factor * right[row, column] }
    }
    return result
  }

  private func product(_ left: Matrix, _ right: Matrix) -> Double {
    (0..<left.rows).reduce(0.0) { total, row in
      zip(left.row(row), right.row(row)).reduce(total) { $0 + Double($1.0) * Double($1.1) }
    }
  }

  @Test(arguments: GoldenModel.all)
  func `The cost is the one that scoring finds`(golden: GoldenModel) throws {
    let problem = try Problem(golden)
    // The phi family adds biases to logits, which rows do not carry.
    guard problem.model.architecture != "phi" else { return }
    let sequences = try golden.sequences.filter { $0.ids.count > 2 }
    let expected = sequences.flatMap(\.nats).reduce(0, +)
    let nats = try problem.gradient().nats
    #expect(abs(nats - expected) < 1e-3 * expected)
  }

  @Test(arguments: GoldenModel.all)
  func `A step along any direction costs what the gradient foretells`(golden: GoldenModel) throws {
    var problem = try Problem(golden)
    let (inputs, outputs) = (problem.inputs, problem.outputs)
    let gradient = try problem.gradient()
    var generator = SeededGenerator(seed: 7)
    for isInput in [true, false] {
      let slope = isInput ? gradient.inputs : gradient.outputs
      // Along the gradient, so that the change is far above the rounding of the cost; and along a random
      // direction added to it, so that no part of the gradient could be wrong unseen.
      let noise = random(slope.rows, slope.columns, &generator)
      let size = product(slope, slope).squareRoot()
      let mixed = sum(slope, noise, times: Float(size / product(noise, noise).squareRoot()))
      for direction in [slope, mixed] {
        let length = product(direction, direction).squareRoot()
        let expected = product(slope, direction) / length
        let step = Float(min(0.1 / abs(expected), 0.02) / length)
        func cost(_ factor: Float) throws -> Double {
          problem.inputs = isInput ? sum(inputs, direction, times: factor) : inputs
          problem.outputs = isInput ? outputs : sum(outputs, direction, times: factor)
          return try problem.gradient().nats
        }
        let measured = try (cost(step) - cost(-step)) / Double(2 * step) / length
        #expect(abs(measured - expected) < 0.01 * abs(expected) + 1e-4)
      }
    }
  }

  @Test func `Only the fitted output rows get a gradient`() throws {
    let problem = try Problem(GoldenModel.all[0])
    let all = try problem.gradient()
    let part = try problem.gradient(fitted: 5..<9)
    #expect(part.outputs.rows == 4)
    for row in 0..<4 {
      for (one, other) in zip(part.outputs.row(row), all.outputs.row(5 + row)) {
        #expect(abs(one - other) < 1e-5)
      }
    }
    #expect(part.inputs.row(3) == all.inputs.row(3))
  }
}
