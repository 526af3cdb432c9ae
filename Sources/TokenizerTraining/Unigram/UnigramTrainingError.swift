/// Why a unigram model could not be trained.
public enum UnigramTrainingError: Error, Equatable, Sendable {
  /// A setting is out of its range.
  case badSetting(String)
  /// There is no text to learn from.
  case noText
  /// The special pieces and the characters that must have a piece are more than the vocabulary
  /// holds.
  case vocabularyTooSmall(size: Int, minimum: Int)
  /// The text has too few repeated substrings for so many pieces.
  case vocabularyTooLarge(size: Int, maximum: Int)
  /// The different words have more characters than can be numbered.
  case tooMuchText(characters: Int, maximum: Int)
  /// Two special pieces have the same id or text.
  case specialPieceConflict(String)
}

extension UnigramTrainingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .badSetting(let message): message
    case .noText: "there is no text to train on"
    case .vocabularyTooSmall(let size, let minimum):
      "a vocabulary of \(size) pieces cannot hold the special pieces and all required characters: "
        + "it needs at least \(minimum), or a lower character coverage"
    case .vocabularyTooLarge(let size, let maximum):
      "the text yields no more than \(maximum) pieces, not \(size): ask for fewer, train on more "
        + "text, or allow a smaller vocabulary"
    case .tooMuchText(let characters, let maximum):
      "the different words have \(characters) characters, more than the \(maximum) that can be "
        + "trained on: train on a sample"
    case .specialPieceConflict(let message): message
    }
  }
}
