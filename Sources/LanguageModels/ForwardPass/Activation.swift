/// The non-linear function of a feed-forward block.
package enum Activation: Sendable, CaseIterable {
  /// x / (1 + e^-x), also called swish.
  case silu
  /// x · Φ(x), with the normal distribution's Φ.
  case gelu
  /// The same with an approximation by tanh.
  case geluTanh
  /// x / (1 + e^(-1.702 x))
  case quickGelu
  case relu

  /// The activation of a name in a config; `nil` for one that graft does not know.
  ///
  /// Gemma's first configs say `gelu` where `gelu_pytorch_tanh` is meant, as transformers knows.
  init?(name: String, in family: ArchitectureFamily) {
    switch name {
    case "silu", "swish": self = .silu
    case "gelu" where family.normalization == .rootMeanSquareLessOne: self = .geluTanh
    case "gelu": self = .gelu
    case "gelu_new", "gelu_fast", "gelu_pytorch_tanh": self = .geluTanh
    case "quick_gelu": self = .quickGelu
    case "relu": self = .relu
    default: return nil
    }
  }

  /// Replaces each element by the function of it.
  package func apply(to values: UnsafeMutablePointer<Float>, count: Int) {
    switch self {
    case .silu: for i in 0..<count { values[i] *= VectorMath.logistic(values[i]) }
    case .gelu:
      for i in 0..<count {
        values[i] *= 0.5 * (1 + VectorMath.errorFunction(values[i] * 0.707_106_781))
      }
    case .geluTanh:
      // 1 + tanh(u) is twice the logistic function of 2u.
      for i in 0..<count {
        let x = values[i]
        values[i] = x * VectorMath.logistic(1.595_769_12 * (x + 0.044_715 * x * x * x))
      }
    case .quickGelu: for i in 0..<count { values[i] *= VectorMath.logistic(1.702 * values[i]) }
    case .relu: for i in 0..<count { values[i] = max(values[i], 0) }
    }
  }
}
