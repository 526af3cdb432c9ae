import TestSupport
import Testing

@testable import Tensors

/// The optimizer against its paper's algorithm in double precision.
@Suite struct AdamTests {
  @Test(arguments: [Float(0), 0.01])
  func `Steps are those of the algorithm`(weightDecay: Float) {
    var generator = SeededGenerator(seed: 3)
    let count = 37
    var parameters = (0..<count).map { _ in Float.random(in: -1...1, using: &generator) }
    var adam = Adam(count: count, weightDecay: weightDecay)
    var expected = parameters.map(Double.init)
    var first = [Double](repeating: 0, count: count)
    var second = first
    for step in 1...20 {
      let gradient = (0..<count).map { _ in Float.random(in: -2...2, using: &generator) }
      parameters.withUnsafeMutableBufferPointer { parameters in
        gradient.withUnsafeBufferPointer { adam.step(parameters, $0, rate: 0.05) }
      }
      var (firstDecay, secondDecay) = (1.0, 1.0)
      for _ in 0..<step { (firstDecay, secondDecay) = (firstDecay * 0.9, secondDecay * 0.999) }
      for index in 0..<count {
        let slope = Double(gradient[index])
        first[index] = 0.9 * first[index] + 0.1 * slope
        second[index] = 0.999 * second[index] + 0.001 * slope * slope
        let mean = first[index] / (1 - firstDecay)
        let size = (second[index] / (1 - secondDecay)).squareRoot() + 1e-8
        expected[index] -= 0.05 * (mean / size + Double(weightDecay) * expected[index])
      }
    }
    for (left, right) in zip(parameters, expected) { #expect(abs(Double(left) - right) < 2e-5) }
    #expect(adam.steps == 20)
  }
}
