internal import Normalization
public import Tokenization

/// Cuts lines of text into the words that a SentencePiece model is trained on.
///
/// Reproduces `TrainerInterface::LoadSentences` and `SplitIntoWords`: a line is normalized, special
/// pieces in it are cut out, and words begin (or end) with the mark of a space. Lines that are too
/// long or contain the reserved character `▅` (U+2585) are left out.
public struct SentencePieceLines: Sendable {
  private let normalizer: SentencePieceNormalizer
  private let specialTexts: ByteTrie
  private let settings: UnigramTrainerSettings
  private let maximumLength: Int

  private static let boundary = UInt8(TrainingCharacter.boundary.value)

  /// - Parameter maximumLength: the longest line that is used, in bytes (`max_sentence_length`).
  /// - Throws: `TokenizerError` when the character map is not sound.
  public init(
    normalization: SentencePieceDefinition.Normalization, settings: UnigramTrainerSettings,
    maximumLength: Int = 4192
  ) throws(TokenizerError) {
    var rules = normalization
    rules.escapesWhitespace = true
    normalizer = try SentencePieceNormalizer(
      rules, spaceIsSuffix: settings.treatsWhitespaceAsSuffix)
    let special = settings.specialPieces
    let roles = [special.unknown, special.beginning, special.end, special.padding]
      .filter { $0.id != nil }.map(\.text)
    let texts = roles + special.controlSymbols + special.userDefinedSymbols
    specialTexts = ByteTrie(texts.map { (text: Array($0.utf8)[...], value: 0) })
    self.settings = settings
    self.maximumLength = maximumLength
  }

  /// The words of a line without its newline; none for a line that is left out.
  public func words(of line: some Collection<UInt8>) -> [ArraySlice<UInt8>] {
    guard !line.isEmpty, line.count <= maximumLength else { return [] }
    var text = Array(line)
    if String(validating: text, as: UTF8.self) == nil {
      text = Array(String(decoding: text, as: UTF8.self).utf8)
    }
    guard !contains(text, TrainingCharacter.unknownText) else { return [] }
    let normalized = withoutSpecialTexts(normalizer.normalize(text).bytes)
    return settings.splitsByWhitespace
      ? split(normalized) : [normalized[...]].filter { !$0.isEmpty }
  }

  private func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
    text.indices.contains { text[$0] == part[0] && text[$0...].starts(with: part) }
  }

  /// The text with a control character, which is never learnt, in the place of each special piece.
  private func withoutSpecialTexts(_ text: [UInt8]) -> [UInt8] {
    guard !specialTexts.isEmpty else { return text }
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var position = 0
    while position < text.count {
      let length = specialTexts.longestMatch(in: text, at: position)
      result.append(length > 0 ? Self.boundary : text[position])
      position += max(1, length)
    }
    return result
  }

  private func split(_ text: [UInt8]) -> [ArraySlice<UInt8>] {
    var words: [ArraySlice<UInt8>] = []
    var start = 0
    var followsSpace = false
    var position = 0
    let mark = SentencePieceNormalizer.mark
    func cut() {
      if start < position { words.append(text[start..<position]) }
      start = position
    }
    while position < text.count {
      let isSpace = text[position] == mark[0] && text[position...].starts(with: mark)
      if position > 0 {
        let staysInRun = isSpace && followsSpace && settings.allowsWhitespaceOnlyPieces
        if settings.treatsWhitespaceAsSuffix {
          if followsSpace, !staysInRun { cut() }
        } else if isSpace, !staysInRun {
          cut()
        }
      }
      followsSpace = isSpace
      position += isSpace ? mark.count : 1
    }
    cut()
    return words
  }
}
