internal import ByteIO

extension DecoderConfig {
  /// How many tokens each layer sees, the token itself included; `nil` for all.
  static func windows(
    _ reader: ConfigReader, _ family: ArchitectureFamily, layers: Int
  ) throws(JSONError) -> [Int?] {
    let everything = [Int?](repeating: nil, count: layers)
    if case .none = family.windows { return everything }
    guard let window = try reader.optionalInteger("sliding_window") else { return everything }
    if case .everyLayer = family.windows { return everything.map { _ in window } }
    if case .upperLayers = family.windows,
      try !reader.flag("use_sliding_window", default: false)
    {
      return everything
    }
    if let listed = try listedLayers(reader, layers: layers) {
      return listed.map { $0 ? window : nil }
    }
    switch family.windows {
    case .allButEvery(let period, let key):
      var period = period
      if let key, let stated = try reader.optionalInteger(key) { period = stated }
      return (0..<layers).map { ($0 + 1) % period == 0 ? nil : window }
    default:
      let first = try reader.integer("max_window_layers")
      return (0..<layers).map { $0 < first ? nil : window }
    }
  }

  /// Whether each layer has a window, where the config says so layer by layer.
  private static func listedLayers(
    _ reader: ConfigReader, layers: Int
  ) throws(JSONError) -> [Bool]? {
    guard let list = reader.json.optional("layer_types") else { return nil }
    let elements = try list.expectArray()
    guard elements.count == layers else {
      throw list.unexpected("a list with one element for each of \(layers) layers")
    }
    var result: [Bool] = []
    for element in elements {
      switch try element.expectString() {
      case "sliding_attention": result.append(true)
      case "full_attention": result.append(false)
      default: throw element.unexpected("sliding_attention or full_attention")
      }
    }
    return result
  }
}
