internal import Normalization

/// Marks of spaces in the texts of pieces.
enum SpaceMarks {
  static let mark = Array("\u{2581}".utf8)

  /// Whether a mark stands behind the first character.
  static func areInside(_ text: [UInt8]) -> Bool {
    UTF8Scalars(text[...]).dropFirst().contains { $0.scalar == "\u{2581}" }
  }
}
