internal import Glibc
internal import Tensors

/// AdamW over the tensors of a hypernetwork.
struct ParameterOptimizer: Sendable {
  private let layout: ParameterLayout
  private let recipe: HypernetworkRecipe
  /// One for each tensor that is trained.
  private(set) var parts: [(tensor: ParameterLayout.Tensor, adam: Adam)] = []

  /// ZeTT's decays of the running means.
  private static let decays: (first: Float, second: Float) = (0.9, 0.95)

  init(_ layout: ParameterLayout, _ recipe: HypernetworkRecipe) {
    self.layout = layout
    self.recipe = recipe
    for tensor in layout.tensors where tensor.isTrained {
      parts.append(
        (
          tensor,
          Adam(
            count: tensor.count, decays: Self.decays,
            weightDecay: tensor.decays ? recipe.weightDecay : 0)
        ))
    }
  }

  /// Takes over what another optimizer has remembered.
  mutating func restore(
    steps: Int, _ memory: (ParameterLayout.Tensor) throws -> (means: [Float], squares: [Float])
  ) rethrows {
    for index in parts.indices {
      let (means, squares) = try memory(parts[index].tensor)
      parts[index].adam.restore(steps: steps, means: means, squares: squares)
    }
  }

  /// The rate of a step, counted from 0: it rises evenly while warming up, and falls along half a cosine.
  func rate(at step: Int) -> Float {
    let warmup = min(recipe.warmupSteps, recipe.steps)
    if step < warmup { return recipe.rate * Float(step + 1) / Float(warmup) }
    let share = Double(step - warmup) / Double(max(recipe.steps - warmup, 1))
    return recipe.rate * Float(0.5 * (1 + cos(.pi * share)))
  }

  /// Takes a step down a gradient, which is shortened first if it is too long.
  ///
  /// - Returns: the norm of the gradient as it was.
  mutating func step(
    _ parameters: FloatStorage, _ gradient: ParameterGradient, at step: Int
  ) -> Double {
    let slopes = gradient.elements
    var square = 0.0
    for (tensor, _) in parts {
      var sum = 0.0
      for place in tensor.places { sum += Double(slopes[place]) * Double(slopes[place]) }
      square += sum
    }
    let norm = square.squareRoot()
    if norm > Double(recipe.largestGradient) {
      let factor = Float(Double(recipe.largestGradient) / norm)
      for index in slopes.indices { slopes[index] *= factor }
    }
    let rate = rate(at: step)
    for index in parts.indices {
      let places = parts[index].tensor.places
      parts[index].adam.step(
        UnsafeMutableBufferPointer(rebasing: parameters.elements[places]),
        UnsafeBufferPointer(rebasing: slopes[places]), rate: rate)
    }
    return norm
  }
}
