internal import ByteIO
internal import Glibc

/// Reads rotations from a config: `rope_parameters` of today, or `rope_theta` and `rope_scaling` of
/// older ones.
struct RotaryReader {
  let reader: ConfigReader
  let family: ArchitectureFamily
  let headDimension: Int
  let positions: Int
  let directory: String

  private static let defaultTheta = 10_000.0

  /// The rotation of layers that see all of the text.
  func global() throws -> RotaryParameters {
    let theta = try reader.number(family.keys.theta) ?? Self.defaultTheta
    if let scaling = reader.json.optional("rope_scaling") {
      return try parameters(scaling.expectObject(), theta: theta)
    }
    return try parameters(parameters(for: "full_attention"), theta: theta)
  }

  /// The rotation of layers with a window, where it differs (Gemma 3).
  func local() throws -> RotaryParameters {
    let theta = try reader.number("rope_local_base_freq") ?? Self.defaultTheta
    let layers = reader.json.optional("rope_parameters")?.optional("sliding_attention")
    return try parameters(layers?.expectObject(), theta: theta)
  }

  /// The members of `rope_parameters` that count for a kind of layer.
  private func parameters(for kind: String) throws(JSONError) -> JSON? {
    guard let all = try reader.json.optional("rope_parameters")?.expectObject() else { return nil }
    if let own = all.optional(kind) { return try own.expectObject() }
    return all.optional("sliding_attention") == nil ? all : nil
  }

  private func parameters(_ json: JSON?, theta: Double) throws -> RotaryParameters {
    let own = json.map { ConfigReader(json: $0, defaults: [:]) }
    var result = RotaryParameters(
      dimension: try dimension(own), theta: try own?.number("rope_theta") ?? theta)
    guard result.theta > 1 else {
      throw LanguageModelError(
        directory, .unsupported(key: family.keys.theta, value: "\(result.theta)"))
    }
    guard result.dimension >= 2, result.dimension % 2 == 0 else {
      let key = family.partialRotation?.key ?? "head_dim"
      throw LanguageModelError(
        directory, .unsupported(key: key, value: "\(result.dimension) rotated elements"))
    }
    if let own { try read(own, into: &result) }
    return result
  }

  private func dimension(_ own: ConfigReader?) throws(JSONError) -> Int {
    guard let partial = family.partialRotation else { return headDimension }
    let stated = try own?.number("partial_rotary_factor")
    let outside = try reader.number(partial.key)
    let fraction = stated ?? outside ?? partial.fraction
    return min(Int(Double(headDimension) * fraction), headDimension)
  }

  private func read(_ own: ConfigReader, into result: inout RotaryParameters) throws {
    let key = own.json.optional("rope_type") == nil ? "type" : "rope_type"
    let type = try own.json.optionalString(key) ?? "default"
    switch type {
    case "default": break
    case "linear": result.scaling = .linear(factor: try factor(own))
    case "dynamic":
      result.scaling = .dynamic(factor: try factor(own), positions: positions)
    case "llama3":
      result.scaling = .llama3(
        factor: try factor(own), low: try required(own, "low_freq_factor"),
        high: try required(own, "high_freq_factor"),
        originalPositions: try originalPositions(own))
    // Early configs of Phi-3 call LongRoPE by the name of its predecessor.
    case "yarn" where own.json.optional("short_factor") == nil:
      try readYarn(own, into: &result)
    case "longrope", "su", "yarn": try readLong(own, into: &result)
    default:
      throw LanguageModelError(directory, .unsupported(key: own.json.path + "." + key, value: type))
    }
  }

  private func required(_ own: ConfigReader, _ key: String) throws(JSONError) -> Double {
    guard let number = try own.number(key) else { throw own.json.invalid("has no `\(key)`") }
    return number
  }

  private func factor(_ own: ConfigReader) throws(JSONError) -> Double {
    let factor = try required(own, "factor")
    guard factor > 0 else { throw own.json.invalid("has a `factor` that is not positive") }
    return factor
  }

  /// The length of the texts that the model was first trained on. Phi-3 gives it beside the parameters,
  /// and there that counts.
  private func originalPositions(_ own: ConfigReader) throws(JSONError) -> Double {
    let key = "original_max_position_embeddings"
    let outside = try reader.number(key)
    if family.defaults[key] != nil, let outside { return outside }
    return try own.number(key) ?? outside ?? Double(positions)
  }

  // MARK: YaRN and LongRoPE

  private func readYarn(_ own: ConfigReader, into result: inout RotaryParameters) throws {
    let original = try originalPositions(own)
    let factor = try own.number("factor") ?? Double(positions) / original
    var yarn = RotaryParameters.Yarn(factor: factor, originalPositions: original)
    if let fast = try own.number("beta_fast"), fast != 0 { yarn.fastRotations = fast }
    if let slow = try own.number("beta_slow"), slow != 0 { yarn.slowRotations = slow }
    yarn.isTruncated = try own.flag("truncate", default: true)
    result.scaling = .yarn(yarn)
    func magnitude(_ scale: Double) -> Double { factor <= 1 ? 1 : 0.1 * scale * log(factor) + 1 }
    if let given = try own.number("attention_factor") {
      result.magnitude = given
    } else if let scale = try own.number("mscale"), scale != 0,
      let all = try own.number("mscale_all_dim"), all != 0
    {
      result.magnitude = magnitude(scale) / magnitude(all)
    } else {
      result.magnitude = magnitude(1)
    }
  }

  private func readLong(_ own: ConfigReader, into result: inout RotaryParameters) throws {
    let original = try originalPositions(own)
    var divisors: [[Double]] = []
    for key in ["short_factor", "long_factor"] {
      guard let numbers = try own.numbers(key), numbers.count == result.dimension / 2 else {
        throw own.json.invalid("needs a `\(key)` of \(result.dimension / 2) numbers")
      }
      divisors.append(numbers)
    }
    result.scaling = .long(short: divisors[0], long: divisors[1], originalPositions: original)
    let factor = try own.number("factor") ?? Double(positions) / original
    let inferred = factor <= 1 ? 1 : (1 + log(factor) / log(original)).squareRoot()
    result.magnitude = try own.number("attention_factor") ?? inferred
  }
}
