/// Members that a format prescribes. Each accessor says by its error which member is missing or what
/// it should have been.
extension JSON {
  /// The member called `key`.
  ///
  /// - Throws: `JSONError` when this is not an object or has no such member.
  public func required(_ key: String) throws(JSONError) -> JSON {
    guard kind == .object else { throw unexpected("an object") }
    guard let value = self[key] else { throw invalid("has no `\(key)`") }
    return value
  }

  /// The member called `key`; `nil` when it is missing or null.
  public func optional(_ key: String) -> JSON? {
    guard let value = self[key], !value.isNull else { return nil }
    return value
  }

  /// A required string.
  public func string(_ key: String) throws(JSONError) -> String {
    try required(key).expectString()
  }

  /// A string; `nil` when it is missing or null.
  public func optionalString(_ key: String) throws(JSONError) -> String? {
    try optional(key)?.expectString()
  }

  /// A boolean; `fallback` when it is missing, an error when there is no fallback.
  public func bool(_ key: String, default fallback: Bool? = nil) throws(JSONError) -> Bool {
    if let fallback, self[key] == nil { return fallback }
    let value = try required(key)
    guard let bool = value.bool else { throw value.unexpected("true or false") }
    return bool
  }

  /// A required integer of the range.
  public func int(_ key: String, in range: ClosedRange<Int>) throws(JSONError) -> Int {
    try required(key).expectInt(in: range)
  }

  /// The text of this value.
  ///
  /// - Throws: `JSONError` when it is not a string.
  public func expectString() throws(JSONError) -> String {
    guard let string else { throw unexpected("a string") }
    return string
  }

  /// The integer that this value is.
  ///
  /// - Throws: `JSONError` when it is not an integer or outside the range.
  public func expectInt(in range: ClosedRange<Int>) throws(JSONError) -> Int {
    guard let int, range.contains(int) else {
      throw unexpected("an integer from \(range.lowerBound) to \(range.upperBound)")
    }
    return int
  }

  /// This value as an array.
  ///
  /// - Throws: `JSONError` when it is not one.
  public func expectArray() throws(JSONError) -> [JSON] {
    guard kind == .array else { throw unexpected("an array") }
    return Array(elements)
  }

  /// This value, an object.
  ///
  /// - Throws: `JSONError` when it is not one.
  public func expectObject() throws(JSONError) -> JSON {
    guard kind == .object else { throw unexpected("an object") }
    return self
  }
}
