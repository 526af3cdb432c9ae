extension Activation {
  /// The function at `x` and its derivative there.
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
}
