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
  func encode(_ text: [UInt8], _ body: (TokenID, ArraySlice<UInt8>?, Range<Int>) -> Void) {
    let normalized = normalizer.normalize(text)
    var score: Float = 0
    report(parts(of: normalized.bytes, score: &score), of: normalized, from: 0, body)
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
    if let merging, merging.encode(text, &scratch) { return }
    if let unigram, unigram.encode(text, &scratch) { return }
    encode(Array(text)) { id, _, _ in scratch.ids.append(id) }
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
