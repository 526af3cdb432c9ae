internal import Testing
internal import Tokenization

/// What the sentencepiece library (0.2.3) makes of a model of fourteen pieces.
@Suite("SentencePiece models")
struct SentencePieceModelTests {
  private static let mark = "\u{2581}"

  /// Among the pieces are an unused one that merges go through, a user-defined one, and both orders
  /// of the same two letters.
  private static func model(
    _ algorithm: SentencePieceDefinition.Algorithm,
    _ change: (inout SentencePieceDefinition) -> Void = { _ in }
  ) throws -> Tokenizer {
    let pieces: [(text: String, score: Float, kind: SentencePieceDefinition.Kind)] = [
      ("<unk>", 0, .unknown), ("<s>", 0, .control), ("</s>", 0, .control), (mark, -1, .normal),
      ("a", -2, .normal), ("b", -2.5, .normal), ("ab", -3, .unused), ("abc", -1.5, .normal),
      ("c", -4, .normal), (mark + "a", -3.5, .normal), ("XY", 0, .userDefined),
      ("ba", -6, .normal), ("aa", -6, .normal), ("X", -7, .normal),
    ]
    var definition = SentencePieceDefinition(
      pieces: pieces.map {
        SentencePieceDefinition.Piece(text: Array($0.text.utf8), score: $0.score, kind: $0.kind)
      }, algorithm: algorithm)
    change(&definition)
    return try Tokenizer(TokenizerDefinition(definition))
  }

  private static let texts = [
    "", "a", " a  b ", "abc", "ab", "aab abXYab", "xyz ab", "XYXX a", "日本 ab日", "aaaa", "  ",
    "a\u{2581}b", "abab",
  ]

  private func expect(_ tokenizer: Tokenizer, _ expected: [[TokenID]]) throws {
    for (text, ids) in zip(Self.texts, expected) {
      #expect(try tokenizer.encode(text, addSpecialTokens: false).ids == ids, "`\(text)`")
    }
  }

  @Test("Unigram: the most probable pieces; unused ones never")
  func unigram() throws {
    try expect(
      Self.model(.unigram),
      [
        [], [3, 4], [3, 4, 3, 5], [3, 7], [3, 4, 5], [3, 4, 4, 5, 3, 4, 5, 10, 4, 5],
        [3, 0, 3, 4, 5], [3, 10, 13, 13, 3, 4], [3, 0, 3, 4, 5, 0], [3, 4, 4, 4, 4], [],
        [3, 4, 3, 5], [3, 4, 5, 4, 5],
      ])
  }

  @Test("BPE: merges by score; unused pieces are taken apart again")
  func bpe() throws {
    try expect(
      Self.model(.bpe),
      [
        [], [9], [9, 3, 5], [3, 7], [3, 4, 5], [9, 4, 5, 3, 4, 5, 10, 4, 5], [3, 0, 3, 4, 5],
        [3, 10, 13, 13, 9], [3, 0, 3, 4, 5, 0], [9, 12, 4], [], [9, 3, 5], [3, 4, 5, 4, 5],
      ])
  }

  @Test("Words and characters")
  func simple() throws {
    try expect(
      Self.model(.word),
      [[], [9], [9, 0], [0], [0], [0], [0], [0, 9], [0], [0], [], [9, 0], [0]])
    try expect(
      Self.model(.character),
      [
        [], [3, 4], [3, 4, 3, 5], [3, 4, 5, 8], [3, 4, 5], [3, 4, 4, 5, 3, 4, 5, 10, 4, 5],
        [3, 0, 3, 4, 5], [3, 10, 13, 13, 3, 4], [3, 0, 3, 4, 5, 0], [3, 4, 4, 4, 4], [],
        [3, 4, 3, 5], [3, 4, 5, 4, 5],
      ])
  }

  @Test("The dummy prefix goes to the end where spaces end words")
  func suffix() throws {
    try expect(
      Self.model(.unigram) { $0.treatsWhitespaceAsSuffix = true },
      [
        [], [4, 3], [4, 3, 5, 3], [7, 3], [4, 5, 3], [4, 4, 5, 3, 4, 5, 10, 4, 5, 3],
        [0, 3, 4, 5, 3], [10, 13, 13, 3, 4, 3], [0, 3, 4, 5, 0, 3], [4, 4, 4, 4, 3], [],
        [4, 3, 5, 3], [4, 5, 4, 5, 3],
      ])
  }

  @Test("Without a dummy prefix and without collapsing spaces")
  func plain() throws {
    let tokenizer = try Self.model(.bpe) {
      $0.normalization.addsDummyPrefix = false
      $0.normalization.removesExtraWhitespace = false
    }
    try expect(
      tokenizer,
      [
        [], [4], [9, 3, 3, 5, 3], [7], [4, 5], [4, 4, 5, 3, 4, 5, 10, 4, 5], [0, 3, 4, 5],
        [10, 13, 13, 9], [0, 3, 4, 5, 0], [12, 12], [3, 3], [4, 3, 5], [4, 5, 4, 5],
      ])
    #expect(try tokenizer.decode([3, 3, 4]) == "  a")
    #expect(try tokenizer.decode([9, 9]) == " a a")
  }

  @Test("Decoding drops the dummy prefix, control pieces, and knows the unknown piece's surface")
  func decodes() throws {
    let tokenizer = try Self.model(.unigram)
    let expected: [([TokenID], String)] = [
      ([3, 3, 4], "a"), ([9, 9], "a a"), ([3, 9], "a"), ([1, 9, 2, 9], "a a"),
      ([0, 4, 0], " \u{2047} a \u{2047} "), ([5, 3, 3, 4], "b  a"), ([10, 9], "XY a"),
    ]
    for (ids, text) in expected { #expect(try tokenizer.decode(ids) == text) }
    let other = try Self.model(.unigram) {
      $0.unknownSurface = "?"
      $0.normalization.removesExtraWhitespace = false
    }
    #expect(try other.decode([3, 3, 4]) == " a")
    #expect(try other.decode([0, 4, 0]) == "?a?")
    #expect(throws: TokenizerError.unknownID(99)) { try tokenizer.decode([99]) }
  }

  @Test("Unknown characters become bytes, of which the last stands for the character")
  func fallsBackToBytes() throws {
    var pieces = [
      SentencePieceDefinition.Piece(text: Array("<unk>".utf8), score: 0, kind: .unknown)
    ]
    for byte in UInt8.min...UInt8.max {
      pieces.append(
        SentencePieceDefinition.Piece(
          text: Array(ByteFallback.token(byte).utf8), score: 0, kind: .byte))
    }
    for text in [Self.mark, "a"] {
      pieces.append(
        SentencePieceDefinition.Piece(text: Array(text.utf8), score: -1, kind: .normal))
    }
    var definition = SentencePieceDefinition(pieces: pieces, algorithm: .bpe)
    definition.fallsBackToBytes = true
    definition.normalization.removesExtraWhitespace = false
    let tokenizer = try Tokenizer(TokenizerDefinition(definition))
    let encoding = try tokenizer.encode("aé☃")
    #expect(encoding.ids == [257, 258, 0xC4, 0xAA, 0xE3, 0x99, 0x84])
    #expect(encoding.offsets == [0..<0, 0..<1, 1..<1, 1..<3, 3..<3, 3..<3, 3..<6])
    let bytes: [([TokenID], String)] = [
      ([0xE2, 0x98, 0x83], "☃"), ([0xE2, 0x98], "\u{FFFD}\u{FFFD}"),
      ([0xFF, 0x41, 0xC3], "\u{FFFD}A\u{FFFD}"), ([0xED, 0xA0, 0x80], "\u{FFFD}\u{FFFD}\u{FFFD}"),
      ([0x20, 0x41], " A"),
    ]
    for (ids, text) in bytes { #expect(try tokenizer.decode(ids.map { $0 + 1 }) == text) }
  }

  @Test("Unknown characters side by side are one token with the text's own spelling")
  func joinsUnknown() throws {
    let encoding = try Self.model(.unigram).encode("日本 ab日", addSpecialTokens: false)
    #expect(encoding.tokens[1] == Array("日本".utf8))
    #expect(encoding.offsets == [0..<0, 0..<6, 6..<7, 7..<8, 8..<9, 9..<12])
  }

  @Test("Models that contradict themselves are refused")
  func refuses() {
    func expectInvalid(_ change: @escaping (inout SentencePieceDefinition) -> Void) {
      #expect(throws: TokenizerError.self) { try Self.model(.bpe, change) }
    }
    expectInvalid { $0.pieces[0].kind = .normal }
    expectInvalid { $0.pieces[4].kind = .unknown }
    expectInvalid { $0.pieces[4].text = [] }
    expectInvalid { $0.pieces[4].text = $0.pieces[5].text }
    expectInvalid { $0.pieces[4].score = .nan }
    expectInvalid { $0.fallsBackToBytes = true }
    expectInvalid { $0.normalization.characterMap = [0xF0, 0xFF, 0xFF, 0xFF, 1, 2] }
  }
}
