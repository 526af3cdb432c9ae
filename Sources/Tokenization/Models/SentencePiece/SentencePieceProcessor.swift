internal import Normalization

/// A model of the sentencepiece library, ready to run: text to ids and back as its
/// `SentencePieceProcessor` does it.
struct SentencePieceProcessor: Sendable {
  let definition: SentencePieceDefinition
  let table: PieceTable
  let normalizer: SentencePieceNormalizer
  let denormalizer: SentencePieceNormalizer?
  /// The search of a unigram model.
  let search: UnigramSearch<Float>?
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
    search = definition.algorithm == .unigram ? UnigramSearch(definition, table) : nil
    merging = SpacedMergingEngine(definition, table)
    unigram = search.flatMap { SpacedUnigramEngine(definition, table, $0) }
  }

  // MARK: Encoding

  /// Calls `body` with each token of a well-formed text: its id, its text where that is not what
  /// the vocabulary has, and its byte range in the original text.
  ///
  /// Reproduces `PopulateSentencePieceText`: unknown characters side by side are one token; with
  /// byte fallback each becomes its bytes, of which the last stands for the whole character.
  func encode(
    _ text: [UInt8], _ scratch: inout EncodingScratch,
    _ body: (TokenID, ArraySlice<UInt8>?, Range<Int>) -> Void
  ) {
    let normalized = normalizer.normalize(text)
    let parts =
      fastParts(of: text, normalized.bytes, &scratch) ?? parts(of: normalized.bytes)
    report(parts, of: normalized, from: 0, body)
  }

  /// The parts of a text, told by the ids that the fast way finds; `nil` where they do not tell them.
  private func fastParts(
    of text: [UInt8], _ normalized: [UInt8], _ scratch: inout EncodingScratch
  ) -> [PiecePart]? {
    let first = scratch.ids.count
    defer { scratch.ids.count = first }
    guard text.withUnsafeBufferPointer({ encodeFast($0, &scratch) }) else { return nil }
    var parts: [PiecePart] = []
    var position = 0
    var index = first
    while index < scratch.ids.count {
      let id = scratch.ids.base[index]
      switch table.kind(id) {
      // Several unknown characters may be one token.
      case .unknown: return nil
      case .byte:
        let length = UTF8.sequenceLength(lead: normalized[position])
        parts.append(PiecePart(id: table.unknownID, length: length))
        position += length
        index += length
      default:
        let length = definition.pieces[Int(id)].text.count
        parts.append(PiecePart(id: id, length: length))
        position += length
        index += 1
      }
    }
    return parts
  }

  /// The tokens of a text that follows another one, of which `context` is the last letter: as
  /// `encode(_:_:)`, but with the letter in front of the text and without its tokens.
  ///
  /// - Parameter score: that of the whole text so far.
  func encodeContinuation(
    _ text: [UInt8], after context: [UInt8], score: inout Float,
    _ body: (TokenID, ArraySlice<UInt8>?, Range<Int>) -> Void
  ) {
    let normalized = normalizer.normalize(context + text)
    let start = normalizer.normalize(context).bytes.count
    let parts = parts(of: Array(normalized.bytes[start...]), score: &score)
    report(parts, of: normalized, from: start, body)
  }

  /// Calls `body` with each token of the parts that lie in a normalized text from `start` on.
  func report(
    _ parts: [PiecePart], of normalized: SentencePieceText, from start: Int,
    _ body: (TokenID, ArraySlice<UInt8>?, Range<Int>) -> Void
  ) {
    var position = start
    var unknown: Range<Int>?
    func flushUnknown() {
      guard let range = unknown else { return }
      body(table.unknownID, normalized.bytes[range], normalized.originalRange(of: range))
      unknown = nil
    }
    for part in parts {
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
    if encodeFast(text, &scratch) { return }
    let normalized = normalizer.normalize(Array(text))
    report(parts(of: normalized.bytes), of: normalized, from: 0) { id, _, _ in
      scratch.ids.append(id)
    }
  }

  /// - Returns: whether a fast way could encode the text; if not, nothing is appended.
  private func encodeFast(
    _ text: UnsafeBufferPointer<UInt8>, _ scratch: inout EncodingScratch
  ) -> Bool {
    merging?.encode(text, &scratch) == true || unigram?.encode(text, &scratch) == true
  }

  private func parts(of text: [UInt8]) -> [PiecePart] {
    var score: Float = 0
    return parts(of: text, score: &score)
  }

  private func parts(of text: [UInt8], score: inout Float) -> [PiecePart] {
    if let search { return search.parts(of: text, score: &score) }
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
    var decoding = SentencePieceDecoding(self)
    var text: [UInt8] = []
    for id in ids { text += try decoding.append(id) }
    return text + decoding.finish()
  }
}

extension SentencePieceText {
  /// The part of the original text that a range of the normalized one was made from.
  fileprivate func originalRange(of range: Range<Int>) -> Range<Int> {
    let start = Int(origins[range.lowerBound])
    return start..<max(start, Int(origins[range.upperBound]))
  }
}
