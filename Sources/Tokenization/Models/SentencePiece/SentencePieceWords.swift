internal import Normalization

/// SentencePiece's two simplest models: a piece per word and a piece per character.
enum SentencePieceWords {
  /// A piece per word (`word::Model`): words begin with the mark of a space.
  static func encodeWords(_ text: [UInt8], _ table: PieceTable) -> [PiecePart] {
    var parts: [PiecePart] = []
    var start = 0
    var position = 0
    func finish() {
      guard start < position else { return }
      parts.append(
        PiecePart(
          id: table.id(of: text[start..<position]), length: position - start))
      start = position
    }
    while position < text.count {
      if text[position...].starts(with: SentencePieceNormalizer.mark) { finish() }
      position += min(UTF8.sequenceLength(lead: text[position]), text.count - position)
    }
    finish()
    return parts
  }

  /// A piece per character (`character::Model`), user-defined pieces whole.
  static func encodeCharacters(_ text: [UInt8], _ table: PieceTable) -> [PiecePart] {
    var parts: [PiecePart] = []
    var position = 0
    while position < text.count {
      let whole = table.userDefined.longestMatch(in: text, at: position)
      let length =
        whole > 0 ? whole : min(UTF8.sequenceLength(lead: text[position]), text.count - position)
      let range = position..<(position + length)
      parts.append(PiecePart(id: table.id(of: text[range]), length: length))
      position += length
    }
    return parts
  }
}
