/// Characters with a meaning of their own in training.
enum TrainingCharacter {
  /// The mark of a space, `▁`.
  static let space: Unicode.Scalar = "\u{2581}"
  /// Stands for all characters without a piece, `▅`.
  static let unknown: Unicode.Scalar = "\u{2585}"
  static let unknownText = Array("\u{2585}".utf8)
  /// Stands where a special piece was cut out.
  static let boundary: Unicode.Scalar = "\u{1F}"

  /// Whether a character can be in a piece.
  static func isUsable(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value != 0 && scalar != " " && scalar != boundary && scalar != unknown
  }
}
