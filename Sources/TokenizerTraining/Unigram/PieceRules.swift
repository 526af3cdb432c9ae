internal import Normalization

/// Which substrings can be pieces: `TrainerInterface::IsValidSentencePiece`.
struct PieceRules {
  private let settings: UnigramTrainerSettings

  init(_ settings: UnigramTrainerSettings) { self.settings = settings }

  /// What the rules need to know of a character.
  struct CharacterClass {
    /// The script; `nil` where any may stand beside it.
    var script: UInt8?
    /// Whether it takes the script of what stands before it.
    var inheritsScript = false
    var isDigit = false
    var isSpace = false
    var isUsable = true
  }

  private static let common: UInt8 = 1
  private static let inherited = ScalarProperties.script("\u{300}")

  func characterClass(_ scalar: Unicode.Scalar) -> CharacterClass {
    guard TrainingCharacter.isUsable(scalar) else { return CharacterClass(isUsable: false) }
    guard scalar != TrainingCharacter.space else { return CharacterClass(isSpace: true) }
    let isDigit = ("0"..."9").contains(scalar) || ("\u{FF10}"..."\u{FF19}").contains(scalar)
    let script = ScalarProperties.script(scalar)
    var result = CharacterClass(script: script == 0 ? Self.common : script, isDigit: isDigit)
    if script == Self.inherited { result.inheritsScript = true }
    if isDigit, !settings.splitsByNumber { result.script = nil }
    return result
  }

  /// Whether a sequence of characters, at least one, can be a piece.
  func allows(_ piece: some RandomAccessCollection<CharacterClass>) -> Bool {
    guard piece.count <= settings.maximumPieceLength else { return false }
    let isSpacesOnly =
      settings.allowsWhitespaceOnlyPieces && piece.allSatisfy { $0.isUsable && $0.isSpace }
    var script: UInt8?
    for (index, character) in piece.enumerated() {
      guard character.isUsable else { return false }
      if character.isSpace {
        guard isSpacesOnly || allowsSpace(at: index, of: piece.count) else { return false }
        continue
      }
      if settings.splitsDigits, character.isDigit, piece.count > 1 { return false }
      let own = character.inheritsScript ? script : character.script
      if settings.splitsByScript, let own, let script, own != script { return false }
      script = own
    }
    return true
  }

  private func allowsSpace(at index: Int, of count: Int) -> Bool {
    if settings.treatsWhitespaceAsSuffix {
      index == count - 1 || (!settings.splitsByWhitespace && index > 0)
    } else {
      index == 0 || (!settings.splitsByWhitespace && index < count - 1)
    }
  }
}
