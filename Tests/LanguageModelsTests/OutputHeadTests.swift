import Tensors
import TestSupport
import Testing

@testable import LanguageModels

/// Products and probabilities over tiles against plain loops.
@Suite struct OutputHeadTests {
  private func matrix(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
    var random = SeededGenerator(seed: seed)
    var matrix = Matrix(rows: rows, columns: columns)
    matrix.withMutableElements { for index in $0.indices { $0[index] = random.normal() } }
    return matrix
  }

  private func logits(_ states: Matrix, _ head: Matrix, _ bias: [Float], cap: Float?) -> [[Double]]
  {
    (0..<states.rows).map { row in
      let state = states.row(row)
      return (0..<head.rows).map { token in
        let sum = zip(state, head.row(token)).reduce(Double(bias[token])) {
          $0 + Double($1.0) * Double($1.1)
        }
        return cap.map { Double($0 * VectorMath.hyperbolicTangent(Float(sum) / $0)) } ?? sum
      }
    }
  }

  @Test(arguments: [nil, 2.5] as [Float?])
  func `Probabilities over tiles are those over the whole vocabulary`(cap: Float?) {
    // More rows than one tile, and more tokens than one part of the vocabulary.
    let (rows, tokens) = (520, 4500)
    let (states, head) = (matrix(rows, 3, seed: 1), matrix(tokens, 3, seed: 2))
    let bias = matrix(1, tokens, seed: 3).row(0)
    let output = OutputHead(weight: WeightMatrix(head.view, bias: bias), cap: cap)
    let expected = logits(states, head, bias, cap: cap)
    var random = SeededGenerator(seed: 4)
    let targets = expected.map { logits in
      // Every other target is the most probable token.
      Bool.random(using: &random)
        ? Int.random(in: 0..<tokens, using: &random)
        : logits.indices.max { logits[$0] < logits[$1] } ?? 0
    }
    let scores = output.scores(of: targets, given: RowBuffer(states))
    for (row, score) in scores.enumerated() {
      let largest = expected[row].max() ?? 0
      let shifted = expected[row].map { Float($0 - largest) }
      let sum = shifted.reduce(0.0) { $0 + Double(VectorMath.exponential($1)) }
      // The logarithm of the sum, checked by its exponential.
      let share = Double(
        VectorMath.exponential(Float(expected[row][targets[row]] - largest - score.logProbability)))
      #expect(abs(share / sum - 1) < 1e-4, "row \(row)")
      if score.isMostProbable { #expect(expected[row][targets[row]] > largest - 1e-4) }
      if expected[row][targets[row]] < largest - 1e-4 { #expect(!score.isMostProbable) }
    }
    for row in [0, 519] {
      let all = output.logProbabilities(given: RowBuffer(Matrix([states.row(row)])))
      #expect(abs(Double(all[targets[row]]) - scores[row].logProbability) < 1e-4)
    }
  }

  @Test(arguments: [false, true])
  func `A product over tiles is the plain one, however the matrix is stored`(isStoredByInput: Bool)
  {
    let (rows, inputs, outputs) = (515, 7, 300)
    let input = matrix(rows, inputs, seed: 5)
    let weight = matrix(
      isStoredByInput ? inputs : outputs, isStoredByInput ? outputs : inputs, seed: 6)
    let bias = matrix(1, 280, seed: 7).row(0)
    let map = WeightMatrix(
      weight.view, outputs: 10..<290, bias: bias, isStoredByInput: isStoredByInput)
    let result = RowBuffer(rows: rows, columns: 290)
    for pass in 1...2 {
      map.apply(to: RowBuffer(input), into: result, column: 5, adding: pass == 2)
    }
    for row in [0, 511, 512, 514] {
      for output in 0..<280 {
        let sum = (0..<inputs).reduce(Double(bias[output])) { sum, index in
          let element =
            isStoredByInput ? weight[index, output + 10] : weight[output + 10, index]
          return sum + Double(input[row, index]) * Double(element)
        }
        #expect(abs(Double(result[row][output + 5]) - 2 * sum) < 1e-4)
      }
      #expect(result[row][4] == 0 && result[row][285] == 0)
    }
  }
}
