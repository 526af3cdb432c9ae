internal import Glibc

/// How the queries and keys of a token are rotated by its position (RoPE, arXiv:2104.09864), and how
/// the rotation is stretched to longer texts.
struct RotaryParameters: Sendable, Equatable {
  /// The ways of stretching, as transformers names them.
  enum Scaling: Sendable, Equatable {
    case none
    /// All frequencies divided by a factor.
    case linear(factor: Double)
    /// The base grows with the text, once that is longer than the model's positions (NTK-aware).
    case dynamic(factor: Double, positions: Int)
    /// Low frequencies divided, high ones kept, those between blended (Llama 3.1).
    case llama3(factor: Double, low: Double, high: Double, originalPositions: Double)
    /// The same along a ramp over dimensions (YaRN, arXiv:2309.00071).
    case yarn(Yarn)
    /// A divisor per frequency, one set for short texts and one for long (LongRoPE, arXiv:2402.13753).
    case long(short: [Double], long: [Double], originalPositions: Double)
  }

  /// The parameters of YaRN.
  struct Yarn: Sendable, Equatable {
    var factor: Double
    var originalPositions: Double
    /// Rotations over the original positions beyond which a frequency is kept …
    var fastRotations = 32.0
    /// … and below which it is divided.
    var slowRotations = 1.0
    /// Whether the ends of the ramp are whole dimensions.
    var isTruncated = true
  }

  /// The number of a head's elements that are rotated, from its first on; even.
  var dimension: Int
  /// The base of the frequencies.
  var theta: Double
  var scaling = Scaling.none
  /// What queries and keys are multiplied by besides.
  var magnitude = 1.0

  /// The angle per position of each pair of elements, in radians: `dimension` / 2 of them, in the
  /// float32 arithmetic of the reference.
  ///
  /// - Parameter length: the number of positions of the text.
  func frequencies(length: Int) -> [Float] {
    switch scaling {
    case .none: return plain(theta)
    case .linear(let factor): return plain(theta).map { $0 / Float(factor) }
    case .dynamic(let factor, let positions):
      guard length > positions else { return plain(theta) }
      let stretch = factor * Double(length) / Double(positions) - (factor - 1)
      return plain(theta * pow(stretch, Double(dimension) / Double(dimension - 2)))
    case .llama3(let factor, let low, let high, let positions):
      return plain(theta).map { frequency in
        let turns = positions * Double(frequency) / (2 * Double.pi)
        if turns > high { return frequency }
        if turns < low { return frequency / Float(factor) }
        let share = Float((turns - low) / (high - low))
        return (1 - share) * frequency / Float(factor) + share * frequency
      }
    case .yarn(let yarn): return blended(yarn)
    case .long(let short, let long, let positions):
      let divisors = Double(length) > positions ? long : short
      return zip(divisors, exponents).map { 1 / (Float($0) * powf(Float(theta), $1)) }
    }
  }

  private var exponents: [Float] {
    stride(from: 0, to: dimension, by: 2).map { Float($0) / Float(dimension) }
  }

  private func plain(_ base: Double) -> [Float] { exponents.map { 1 / powf(Float(base), $0) } }

  private func blended(_ yarn: Yarn) -> [Float] {
    /// The dimension that turns so many times over the original positions.
    func place(_ turns: Double) -> Double {
      Double(dimension) * log(yarn.originalPositions / (turns * 2 * Double.pi)) / (2 * log(theta))
    }
    let ends = (place(yarn.fastRotations), place(yarn.slowRotations))
    let low = max(yarn.isTruncated ? floor(ends.0) : ends.0, 0)
    var high = min(yarn.isTruncated ? ceil(ends.1) : ends.1, Double(dimension - 1))
    if low == high { high += 0.001 }
    return plain(theta).enumerated().map { index, frequency in
      let ramp = Float(min(max((Double(index) - low) / (high - low), 0), 1))
      return frequency / Float(yarn.factor) * ramp + frequency * (1 - ramp)
    }
  }
}
