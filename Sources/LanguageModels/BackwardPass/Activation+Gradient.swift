extension Activation {
  /// The function at `x` and its derivative there.
  @inline(__always)
  func valueAndSlope(_ x: Float) -> (value: Float, slope: Float) {
    switch self {
    case .silu:
      let share = VectorMath.logistic(x)
      return (x * share, share * (1 + x * (1 - share)))
    case .gelu:
      let share = 0.5 * (1 + VectorMath.errorFunction(x * 0.707_106_781))
      let density = 0.398_942_28 * VectorMath.exponential(-0.5 * x * x)
      return (x * share, share + x * density)
    case .geluTanh:
      let share = VectorMath.logistic(1.595_769_12 * (x + 0.044_715 * x * x * x))
      let inner = 1.595_769_12 * (1 + 0.134_145 * x * x)
      return (x * share, share + x * share * (1 - share) * inner)
    case .quickGelu:
      let share = VectorMath.logistic(1.702 * x)
      return (x * share, share * (1 + 1.702 * x * (1 - share)))
    case .relu: return (max(x, 0), x > 0 ? 1 : 0)
    }
  }

  /// Multiplies each slope by the derivative of the function at the element it belongs to.
  package func carryBack(
    _ values: UnsafePointer<Float>, _ slopes: UnsafeMutablePointer<Float>, count: Int
  ) {
    switch self {
    // The two of transformers' encoders, so that their loops vectorise.
    case .gelu:
      for index in 0..<count { slopes[index] *= Activation.gelu.valueAndSlope(values[index]).slope }
    case .geluTanh:
      for index in 0..<count {
        slopes[index] *= Activation.geluTanh.valueAndSlope(values[index]).slope
      }
    default: for index in 0..<count { slopes[index] *= valueAndSlope(values[index]).slope }
    }
  }
}
