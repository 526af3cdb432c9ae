internal import ByteIO

/// Pieces on their way back to text, one at a time, as the sentencepiece library's `Decode` joins them.
struct SentencePieceDecoding: Sendable {
  private let processor: SentencePieceProcessor
  private var isAtStart = true
  private var hasText = false
  private var hasDroppedSpace = false
  /// Bytes of byte pieces that are not a whole character yet.
  private var bytes: [UInt8] = []
  /// Where a denormalizer rewrites the decoded text, all of it: the rules may join any neighbours.
  private var undenormalized: [UInt8] = []

  init(_ processor: SentencePieceProcessor) { self.processor = processor }

  /// The text that one more piece makes certain.
  ///
  /// - Throws: `TokenizerError.unknownID` for an id that no piece has.
  mutating func append(_ id: TokenID) throws(TokenizerError) -> [UInt8] {
    let (definition, table) = (processor.definition, processor.table)
    guard Int(id) < definition.pieces.count else { throw .unknownID(id) }
    let piece = definition.pieces[Int(id)].text
    // The library looks pieces up by their text again.
    let kind = table.kind(ofNameOf: id)
    if kind == .byte, let byte = ByteFallback.byte(piece) {
      bytes.append(byte)
      let whole = bytes.count - UTF8Repair.incompleteSuffix(of: bytes)
      defer { bytes.removeFirst(whole) }
      return emit(Self.repaired(bytes[..<whole]))
    }
    var text = Self.repaired(bytes[...])
    bytes.removeAll()
    if hasDroppedSpace || hasText || !text.isEmpty { isAtStart = false }
    hasDroppedSpace = false
    switch kind {
    case .control: break
    case .unknown: text += definition.unknownSurface.utf8
    default: text += surface(piece)
    }
    return emit(text)
  }

  /// The rest of the text.
  mutating func finish() -> [UInt8] {
    let text = emit(Self.repaired(bytes[...]))
    bytes.removeAll()
    guard let denormalizer = processor.denormalizer else { return text }
    return denormalizer.normalize(undenormalized).bytes
  }

  private mutating func emit(_ text: [UInt8]) -> [UInt8] {
    if !text.isEmpty { hasText = true }
    guard processor.denormalizer != nil else { return text }
    undenormalized += text
    return []
  }

  /// What a piece stands for: marks become spaces, one at the start of the text is dropped.
  private mutating func surface(_ piece: [UInt8]) -> [UInt8] {
    let mark = SentencePieceNormalizer.mark
    let rules = processor.definition.normalization
    var rest = piece[...]
    if isAtStart, rules.addsDummyPrefix || rules.removesExtraWhitespace, rest.starts(with: mark) {
      rest = rest.dropFirst(mark.count)
      // Where spaces are collapsed anyway, those of the next piece are dropped too.
      hasDroppedSpace = !rules.removesExtraWhitespace
    }
    var result: [UInt8] = []
    result.reserveCapacity(rest.count)
    rest.replacing(mark, with: [0x20], into: &result)
    return result
  }

  /// A run of byte pieces as text, with U+FFFD for every byte that does not belong to a character.
  private static func repaired(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    guard !bytes.isEmpty else { return [] }
    var result: [UInt8] = []
    bytes.withUnsafeBytes { buffer in
      var position = 0
      while position < buffer.count {
        let length = UTF8Validation.sequenceLength(at: position, in: buffer)
        if length == 0 {
          result += "\u{FFFD}".utf8
          position += 1
        } else {
          result += buffer[position..<(position + length)]
          position += length
        }
      }
    }
    return result
  }
}
