internal import Normalization
internal import TestSupport
internal import Testing
internal import Tokenization

/// Ids decoded one at a time give what decoding them together gives.
@Suite struct DecodeStreamTests {
  private func check(_ tokenizer: Tokenizer, _ ids: [TokenID], _ place: Comment) throws {
    for skips in [false, true] {
      var stream = tokenizer.makeDecodeStream(skipSpecialTokens: skips)
      var parts: [String] = []
      for id in ids { parts.append(try stream.append(id)) }
      parts.append(try stream.finish())
      let bytes = parts.flatMap { Array($0.utf8) }
      let whole = try tokenizer.decode(ids, skipSpecialTokens: skips)
      #expect(bytes == Array(whole.utf8), place)
    }
  }

  private func checkAll(_ name: String) throws {
    let tokenizer = try ManyTokenizers.open(name)
    var generator = SeededGenerator(seed: 11)
    for text in ManyTokenizers.texts(25, for: tokenizer, seed: 3) {
      guard let ids = try? tokenizer.encode(text).ids else { continue }
      try check(tokenizer, ids, "\(name): \(text.debugDescription)")
    }
    // Ids that no text has: bytes that never become characters, tokens out of place.
    let ids = tokenizer.vocabulary.ids
    let rare = ids.filter { (tokenizer.vocabulary.spelling(of: $0)?.count ?? 9) < 7 }
    for _ in 0..<60 {
      let pool = Bool.random(using: &generator) && !rare.isEmpty ? rare : ids
      let some = (0..<Int.random(in: 0...12, using: &generator)).compactMap { _ in
        pool.randomElement(using: &generator)
      }
      try check(tokenizer, some, "\(name): \(some)")
    }
  }

  @Test("Shipped and synthetic tokenizers", arguments: ManyTokenizers.own)
  func own(name: String) throws { try checkAll(name) }

  @Test(
    "Tokenizers of the reference",
    .enabled(if: FullTests.areEnabled, Comment(rawValue: FullTests.hint)),
    arguments: ManyTokenizers.reference)
  func reference(name: String) throws { try checkAll(name) }

  private func vocabulary(_ tokens: [String]) -> Vocabulary {
    Vocabulary(tokens.enumerated().map { (Array($0.element.utf8), TokenID($0.offset)) })
  }

  /// Every decoder, by itself and before and after others.
  static let decoders: [Decoder] = {
    let single: [Decoder] = [
      .byteLevel, .byteFallback, .fuse, .strip(" ", start: 1, stop: 0),
      .strip("a", start: 2, stop: 2), .replace(.literal("▁"), with: " "),
      .replace(.literal("ab"), with: "b"), .replace(.regex("a+"), with: "<>"),
      .wordPiece(prefix: "##", cleanup: true), .bpe(suffix: "</w>"),
      .metaspace(replacement: "▁", prepend: .always),
      .ctc(padding: "_", wordDelimiter: "|", cleanup: true), .bytes(dropsInvalid: true),
      .bytes(dropsInvalid: false),
    ]
    return single + single.flatMap { first in single.map { .sequence([first, $0]) } }
      + single.map { .sequence([.byteFallback, .fuse, $0]) }
  }()

  @Test("Every decoder and every two of them")
  func decoders() throws {
    let tokens = [
      "a", "ab", "b", " ", "▁a", "▁", "##a", "##b", "</w>", "a</w>b", "b</w>", "_", "|", " .", "'s",
      "<0xE4>", "<0xBD>", "<0xA0>", "<0x41>", "<0xFF>", "ä", "½", "ł", "Ġ", "你", "aab", "\u{FFFD}",
    ]
    var generator = SeededGenerator(seed: 5)
    for decoder in Self.decoders {
      let tokenizer = try Tokenizer(
        TokenizerDefinition(
          model: .wordLevel(WordLevelDefinition(vocabulary: vocabulary(tokens))), decoder: decoder))
      for _ in 0..<40 {
        let ids = (0..<Int.random(in: 0...9, using: &generator)).map { _ in
          TokenID(Int.random(in: 0..<tokens.count, using: &generator))
        }
        try check(tokenizer, ids, "\(decoder): \(ids.map { tokens[Int($0)] })")
      }
    }
  }

  @Test("Text comes as soon as its characters are whole")
  func promptness() throws {
    let tokenizer = try ManyTokenizers.open("bytes")
    var stream = tokenizer.makeDecodeStream()
    var parts: [String] = []
    for byte in Array("aé你🙂".utf8) + [0xE4, 0xBD] { parts.append(try stream.append(TokenID(byte))) }
    #expect(parts == ["a", "", "é", "", "", "你", "", "", "", "🙂", "", ""])
    #expect(try stream.finish() == "\u{FFFD}")
    #expect(try stream.append(0x62) == "b")
  }
}
