public import ByteIO

/// Files with one JSON value per line.
public enum JSONLines {
  /// The values of a file's non-empty lines.
  public static func parse(_ bytes: [UInt8], source: String) throws -> [JSON] {
    try bytes.split(separator: UInt8(ascii: "\n")).map {
      try JSON(parsing: Array($0), source: source)
    }
  }
}
