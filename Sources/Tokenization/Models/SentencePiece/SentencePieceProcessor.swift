internal import ByteIO

/// A model of the sentencepiece library, ready to run: text to ids and back as its
/// `SentencePieceProcessor` does it.
struct SentencePieceProcessor: Sendable {
  /// A piece of a normalized text and how many of its bytes it covers.
  struct Part: Equatable, BitwiseCopyable {
    var id: TokenID
    var length: Int
  }

  private let definition: SentencePieceDefinition
  private let table: PieceTable
  private let normalizer: SentencePieceNormalizer
  private let denormalizer: SentencePieceNormalizer?
  private let viterbi: SentencePieceViterbi?
  /// The fast way to ids, where the model allows one.
  private let merging: SpacedMergingEngine?
  private let unigram: SpacedUnigramEngine?

  /// - Throws: `TokenizerError.invalidModel` for what the library refuses to open.
  init(_ definition: SentencePieceDefinition) throws(TokenizerError) {
    self.definition = definition
    let table = try PieceTable(definition)
    self.table = table
    normalizer = try SentencePieceNormalizer(
      definition.normalization, protected: table.userDefined,
      spaceIsSuffix: definition.treatsWhitespaceAsSuffix)
    if let rules = definition.denormalization, !rules.characterMap.isEmpty {
      denormalizer = try SentencePieceNormalizer(rules)
    } else {
      denormalizer = nil
    }
    viterbi =
      definition.algorithm == .unigram ? SentencePieceViterbi(definition, table) : nil
    merging = SpacedMergingEngine(definition, table)
    unigram = viterbi.flatMap { SpacedUnigramEngine(definition, table, $0) }
  }

  // MARK: Encoding

  /// Calls `body` with each token of a well-formed text: its id, its text where that is not what
  /// the vocabulary has, and its byte range in the original text.
  ///
  /// Reproduces `PopulateSentencePieceText`: unknown characters side by side are one token; with
  /// byte fallback each becomes its bytes, of which the last stands for the whole character.
  func encode(_ text: [UInt8], _ body: (TokenID, ArraySlice<UInt8>?, Range<Int>) -> Void) {
    let normalized = normalizer.normalize(text)
    var position = 0
    var unknown: Range<Int>?
    func flushUnknown() {
      guard let range = unknown else { return }
      body(table.unknownID, normalized.bytes[range], normalized.originalRange(of: range))
      unknown = nil
    }
    for part in parts(of: normalized.bytes) {
      let range = position..<(position + part.length)
      position = range.upperBound
      if part.id != table.unknownID {
        flushUnknown()
        body(part.id, nil, normalized.originalRange(of: range))
      } else if definition.fallsBackToBytes {
        let original = normalized.originalRange(of: range)
        let start = original.lowerBound..<original.lowerBound
        for index in range {
          let isLast = index == range.upperBound - 1
          body(table.byteIDs[Int(normalized.bytes[index])], nil, isLast ? original : start)
        }
      } else {
        unknown = (unknown?.lowerBound ?? range.lowerBound)..<range.upperBound
      }
    }
    flushUnknown()
  }

  /// Appends the ids of a well-formed text to `scratch.ids`: those of `encode`.
  func appendIDs(of text: UnsafeBufferPointer<UInt8>, _ scratch: inout EncodingScratch) {
    if let merging, merging.encode(text, &scratch) { return }
    if let unigram, unigram.encode(text, &scratch) { return }
    encode(Array(text)) { id, _, _ in scratch.ids.append(id) }
  }

  private func parts(of text: [UInt8]) -> [Part] {
    if let viterbi { return viterbi.encode(text) }
    return switch definition.algorithm {
    case .unigram, .bpe: SentencePieceMerging.encode(text, table)
    case .word: SentencePieceWords.encodeWords(text, table)
    case .character: SentencePieceWords.encodeCharacters(text, table)
    }
  }

  // MARK: Decoding

  /// The text of `ids`, well-formed UTF-8.
  ///
  /// - Throws: `TokenizerError.unknownID` for an id that no piece has.
  func decode(_ ids: [TokenID]) throws(TokenizerError) -> [UInt8] {
    var text: [UInt8] = []
    var bytes: [UInt8] = []
    var isAtStart = true
    var hasDroppedSpace = false
    for id in ids {
      guard Int(id) < definition.pieces.count else { throw .unknownID(id) }
      let piece = definition.pieces[Int(id)].text
      // The library looks pieces up by their text again.
      let kind = table.kind(table.id(of: piece[...]))
      if kind == .byte, let byte = ByteFallback.byte(piece) {
        bytes.append(byte)
        continue
      }
      text += Self.repaired(bytes)
      bytes.removeAll()
      if hasDroppedSpace || !text.isEmpty { isAtStart = false }
      hasDroppedSpace = false
      switch kind {
      case .control: break
      case .unknown: text += definition.unknownSurface.utf8
      default: text += surface(piece, isAtStart: isAtStart, hasDroppedSpace: &hasDroppedSpace)
      }
    }
    text += Self.repaired(bytes)
    return denormalizer?.normalize(text).bytes ?? text
  }

  /// What a piece stands for: marks become spaces, one at the start of the text is dropped.
  private func surface(
    _ piece: [UInt8], isAtStart: Bool, hasDroppedSpace: inout Bool
  ) -> [UInt8] {
    let mark = SentencePieceNormalizer.mark
    let rules = definition.normalization
    var rest = piece[...]
    if isAtStart, rules.addsDummyPrefix || rules.removesExtraWhitespace, rest.starts(with: mark) {
      rest = rest.dropFirst(mark.count)
      // Where spaces are collapsed anyway, those of the next piece are dropped too.
      hasDroppedSpace = !rules.removesExtraWhitespace
    }
    var result: [UInt8] = []
    while !rest.isEmpty {
      if rest.starts(with: mark) {
        result.append(0x20)
        rest = rest.dropFirst(mark.count)
      } else {
        result.append(rest.removeFirst())
      }
    }
    return result
  }

  /// A run of byte pieces as text, with U+FFFD for every byte that does not belong to a character.
  private static func repaired(_ bytes: [UInt8]) -> [UInt8] {
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

extension SentencePieceText {
  /// The part of the original text that a range of the normalized one was made from.
  fileprivate func originalRange(of range: Range<Int>) -> Range<Int> {
    let start = Int(origins[range.lowerBound])
    return start..<max(start, Int(origins[range.upperBound]))
  }
}
