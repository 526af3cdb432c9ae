internal import ByteIO

/// The members of a config, and what the architecture takes for those that are missing.
struct ConfigReader {
  let json: JSON
  let defaults: [String: Double]

  /// A required positive integer.
  func integer(_ key: String) throws(JSONError) -> Int {
    if let value = try optionalInteger(key) { return value }
    return try json.required(key).expectInt(in: Self.sizes)
  }

  /// A positive integer; `nil` when it is null, or missing without a default.
  func optionalInteger(_ key: String) throws(JSONError) -> Int? {
    guard let value = json[key] else { return defaults[key].map { Int($0) } }
    return value.isNull ? nil : try value.expectInt(in: Self.sizes)
  }

  /// A number; `nil` when it is null, or missing without a default.
  func number(_ key: String) throws(JSONError) -> Double? {
    guard let value = json[key] else { return defaults[key] }
    if value.isNull { return nil }
    guard let number = value.double, number.isFinite else { throw value.unexpected("a number") }
    return number
  }

  /// A boolean; `fallback` when it is missing or null.
  func flag(_ key: String, default fallback: Bool) throws(JSONError) -> Bool {
    json.optional(key) == nil ? fallback : try json.bool(key)
  }

  /// A list of numbers; `nil` when it is missing or null.
  func numbers(_ key: String) throws(JSONError) -> [Double]? {
    guard let value = json.optional(key) else { return nil }
    var numbers: [Double] = []
    for element in try value.expectArray() {
      guard let number = element.double else { throw element.unexpected("a number") }
      numbers.append(number)
    }
    return numbers
  }

  /// No model has a dimension beyond this, and the product of two still fits an integer.
  private static let sizes = 1...(1 << 30)
}
