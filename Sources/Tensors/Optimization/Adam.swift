internal import Glibc

/// The optimizer Adam for one array of parameters (Kingma & Ba 2015, arXiv:1412.6980, algorithm 1), with
/// decoupled weight decay (AdamW, Loshchilov & Hutter 2019, arXiv:1711.05101).
package struct Adam: Sendable {
  /// The decay of the running means of gradients and of their squares.
  package var decays: (first: Float, second: Float)
  /// What keeps the division by a small root bounded.
  package var epsilon: Float
  /// The share of each parameter that a step at rate 1 takes away.
  package var weightDecay: Float
  /// The steps that were taken.
  package private(set) var steps = 0
  /// The running means of gradients and of their squares.
  package private(set) var means: [Float]
  package private(set) var squares: [Float]

  /// - Parameter count: the number of parameters.
  package init(
    count: Int, decays: (first: Float, second: Float) = (0.9, 0.999), epsilon: Float = 1e-8,
    weightDecay: Float = 0
  ) {
    self.decays = decays
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    means = [Float](repeating: 0, count: count)
    squares = means
  }

  /// Takes over what another optimizer has remembered of as many parameters.
  package mutating func restore(steps: Int, means: [Float], squares: [Float]) {
    precondition(means.count == self.means.count && squares.count == means.count)
    self.steps = steps
    self.means = means
    self.squares = squares
  }

  /// Takes one step down the gradient.
  ///
  /// - Parameters:
  ///   - parameters: as many as the optimizer was made for; changed.
  ///   - gradient: as many.
  ///   - rate: the length of the step, in units of the parameters.
  package mutating func step(
    _ parameters: UnsafeMutableBufferPointer<Float>, _ gradient: UnsafeBufferPointer<Float>,
    rate: Float
  ) {
    precondition(parameters.count == means.count && gradient.count == means.count)
    steps += 1
    let (first, second) = decays
    // The means begin at zero; these factors take the zeros out again.
    let meanScale = Float(1 / (1 - pow(Double(first), Double(steps))))
    let squareScale = Float(1 / (1 - pow(Double(second), Double(steps))))
    let (epsilon, weightDecay) = (epsilon, weightDecay)
    means.withUnsafeMutableBufferPointer { means in
      squares.withUnsafeMutableBufferPointer { squares in
        for index in gradient.indices {
          let slope = gradient[index]
          means[index] = first * means[index] + (1 - first) * slope
          squares[index] = second * squares[index] + (1 - second) * slope * slope
          let size = (squares[index] * squareScale).squareRoot() + epsilon
          parameters[index] -=
            rate * (means[index] * meanScale / size + weightDecay * parameters[index])
        }
      }
    }
  }
}
