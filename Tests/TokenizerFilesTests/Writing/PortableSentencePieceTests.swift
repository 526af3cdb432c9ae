import ByteIO
import Normalization
import TestSupport
import Testing
import Tokenization

@testable import TokenizerFiles

/// Models of the sentencepiece library as `tokenizer.json`, and byte-pair encodings as `.model`.
@Suite struct PortableSentencePieceTests {
  private func expectEqual(
    _ copy: TokenizerDefinition, _ original: TokenizerDefinition, _ texts: [String],
    _ note: String, decoded: Bool = true
  ) throws {
    let (copy, original) = (try Tokenizer(copy), try Tokenizer(original))
    for text in texts {
      let expected = try original.encode(text, addSpecialTokens: false).ids
      let ids = try copy.encode(text, addSpecialTokens: false).ids
      #expect(ids == expected, "\(note): \(text.debugDescription)")
      guard decoded else { continue }
      #expect(try copy.decode(ids) == original.decode(ids), "\(note): \(text.debugDescription)")
    }
  }

  /// The definition that the written file is read as.
  private func written(
    _ conversion: TokenizerConversion, _ format: TokenizerFormat
  ) throws -> TokenizerDefinition {
    let bytes = try #require(conversion.files.first?.bytes)
    if format == .tokenizerJSON { return try TokenizerJSON.read(bytes, source: "x") }
    return TokenizerDefinition(try SentencePieceFile.read(bytes, source: "x"))
  }

  /// The losses that change ids.
  private func idLosses(_ conversion: TokenizerConversion) -> [String] {
    conversion.losses.filter {
      !$0.contains("single precision") && !$0.contains("ids do not change")
    }
  }

  /// Whether decoded texts are the same too.
  private func keepsTexts(_ conversion: TokenizerConversion) -> Bool {
    !conversion.losses.contains { $0.contains("ids do not change") }
  }

  @Test(arguments: 0..<60)
  func `A merging model whose file loses nothing gives the same ids`(seed: UInt64) throws {
    var random = RandomModels(seed: seed)
    let definition = TokenizerDefinition(random.sentencePiece(.bpe))
    let conversion = try TokenizerConversion(definition, to: .tokenizerJSON, source: "x")
    guard idLosses(conversion).isEmpty else { return }
    let texts = (0..<150).map { _ in random.text() }
    let json = try written(conversion, .tokenizerJSON)
    let decoded = keepsTexts(conversion)
    try expectEqual(json, definition, texts, "\(seed)", decoded: decoded)
    let back = try TokenizerConversion(json, to: .sentencePiece, source: "x")
    guard idLosses(back).isEmpty else { return }
    try expectEqual(
      try written(back, .sentencePiece), definition, texts, "\(seed), and back", decoded: decoded)
  }

  @Test func `Enough random merging models lose nothing for the comparison to mean something`()
    throws
  {
    let losses = try (UInt64(0)..<60).map { seed in
      var random = RandomModels(seed: seed)
      let definition = TokenizerDefinition(random.sentencePiece(.bpe))
      return idLosses(try TokenizerConversion(definition, to: .tokenizerJSON, source: "x"))
    }
    #expect(losses.count(where: \.isEmpty) > 14, "\(losses)")
  }

  @Test(arguments: 0..<40)
  func `A unigram model without rounding gives the same ids`(seed: UInt64) throws {
    var random = RandomModels(seed: 1000 + seed)
    let definition = TokenizerDefinition(random.sentencePiece(.unigram))
    let conversion = try TokenizerConversion(definition, to: .tokenizerJSON, source: "x")
    guard idLosses(conversion).isEmpty else { return }
    try expectEqual(
      try written(conversion, .tokenizerJSON), definition, (0..<150).map { _ in random.text() },
      "\(seed)", decoded: keepsTexts(conversion))
  }

  @Test(arguments: 0..<60)
  func `Merges in any order become scores that give the same ids`(seed: UInt64) throws {
    var random = RandomModels(seed: 2000 + seed)
    let definition = random.merges()
    let conversion = try TokenizerConversion(definition, to: .sentencePiece, source: "x")
    #expect(conversion.losses == [])
    try expectEqual(
      try written(conversion, .sentencePiece), definition, (0..<150).map { _ in random.text() },
      "\(seed)")
  }

  @Test func `Runs with one score are merged from the left`() throws {
    var pieces = ["<unk>", "▁", "a"].map {
      SentencePieceDefinition.Piece(text: Array($0.utf8), score: -1, kind: .normal)
    }
    pieces[0].kind = .unknown
    for length in [2, 3, 4, 5, 6, 7, 8, 10, 12] {
      let text = Array(String(repeating: "▁", count: length).utf8)
      pieces.append(.init(text: text, score: -1e9, kind: .normal))
    }
    var model = SentencePieceDefinition(pieces: pieces, algorithm: .bpe)
    model.normalization.removesExtraWhitespace = false
    let definition = TokenizerDefinition(model)
    let conversion = try TokenizerConversion(definition, to: .tokenizerJSON, source: "x")
    #expect(conversion.losses == [])
    let texts = (0..<80).map { String(repeating: " ", count: $0) + "a" }
    try expectEqual(try written(conversion, .tokenizerJSON), definition, texts, "runs")
  }

  @Test func `Special tokens can be made to match`() throws {
    var definition = try ConversionSources.definition("sentencepiece-bpe")
    definition.addedTokenPolicy = .alwaysMatchedWithStatedIDs
    let conversion = try TokenizerConversion(definition, to: .tokenizerJSON, source: "x")
    let tokenizer = try Tokenizer(written(conversion, .tokenizerJSON))
    #expect(try tokenizer.encode("<s>", addSpecialTokens: false).ids == [1])
  }

  @Test func `What scores cannot say is listed`() throws {
    var definition = try ConversionSources.definition("sentencepiece-unigram")
    guard case .sentencePiece(var model) = definition.model else { return }
    model.pieces[5].kind = .unused
    definition.model = .sentencePiece(model)
    let unigram = try TokenizerConversion(definition, to: .tokenizerJSON, source: "x").losses
    #expect(unigram.contains { $0.contains("single precision") })
    #expect(unigram.contains { $0.contains("unused pieces") })
    model.algorithm = .word
    definition.model = .sentencePiece(model)
    #expect(throws: TokenizerFileError.self) {
      try TokenizerConversion(definition, to: .tokenizerJSON, source: "x")
    }
    var random = RandomModels(seed: 3)
    definition = random.merges()
    definition.normalizer = .sequence([.nfc, .replace(.literal(" "), with: "▁")])
    definition.addedTokens = [AddedToken(id: 0, content: "<unk>", isSpecial: true)]
    let merges = try TokenizerConversion(definition, to: .sentencePiece, source: "x").losses
    #expect(merges.contains("the normalizer's part nfc"))
    #expect(merges.contains { $0.contains("special tokens are found in texts") })
  }

  @Test(
    "A character map is applied as sentencepiece applies it",
    .enabled(if: ReferenceFiles.areAvailable, Comment(rawValue: ReferenceFiles.hint)))
  func characterMap() throws {
    let path = ReferenceFiles.path("tokenizers/t5-spm/spiece.model.gz")
    let model = try SentencePieceFile.read(
      Gzip.decompress(FileSystem.read(path), source: path), source: path)
    var rules = model.normalization
    let map = PortableCharacterMap(rules.characterMap)
    #expect(map.losses == [])
    let portable = try CompiledNormalizer(.sequence(map.steps))
    rules.addsDummyPrefix = false
    rules.removesExtraWhitespace = false
    rules.escapesWhitespace = false
    let original = try SentencePieceNormalizer(rules)
    let alphabet = Array(
      "aeoiﬁ1Åά ｅ각가각ㄱㅏﾡￂ\u{1}\r\n¨êạ\u{301}\u{323}\u{302}\u{327}\u{308}\u{338}\u{3099}\u{FF9E}\u{345}\u{340}\u{344}\u{200D}\u{FFF0}\u{1D636}"
        .unicodeScalars)
    var random = SeededGenerator(seed: 4)
    for _ in 0..<3000 {
      var text = ""
      for _ in 0..<6 { text.unicodeScalars.append(alphabet.randomElement(using: &random) ?? "a") }
      var aligned = AlignedText(text.utf8)
      try portable.normalize(&aligned)
      let expected = original.normalize(Array(text.utf8)).bytes
      #expect(aligned.bytes == expected, "\(text.unicodeScalars.map(\.value))")
    }
  }

  @Test(
    "Every reference model as tokenizer.json",
    .enabled(if: ReferenceFiles.areAvailable, Comment(rawValue: ReferenceFiles.hint)),
    arguments: [
      ("llama2-spm", 0), ("mistral-v1", 0), ("mistral-v3", 0), ("gemma-shaped-spm-derived", 0),
      ("spm-amr-bpe", 0), ("spm-test", 0), ("t5-spm", 4), ("albert-de-spm", 3),
    ])
  func reference(id: String, tolerated: Int) throws {
    let golden = try GoldenSet(id, limit: 1000)
    let definition = try TokenizerDefinition(contentsOf: golden.path)
    let conversion = try TokenizerConversion(definition, to: .tokenizerJSON, source: id)
    let tokenizer = try Tokenizer(written(conversion, .tokenizerJSON))
    let different = try golden.rows.filter { row in
      try tokenizer.encode(row.text, addSpecialTokens: false).ids.map(Int.init) != row.ids
    }
    // Runs like `xxxx` can be cut in several ways whose scores differ by rounding only.
    #expect(different.count <= tolerated, "\(different.map(\.text))")
    #expect(tolerated == 0 || !conversion.losses.isEmpty)
  }

  /// The surroundings in which Hugging Face's unigram models come.
  private static let spacePipelines: [(normalizer: Normalizer?, preTokenizer: PreTokenizer?)] = {
    let metaspace = PreTokenizer.metaspace(replacement: "▁", prepend: .always, split: true)
    let spaces = [PortableNormalization.trimmingSpaces, PortableNormalization.collapsing]
    return [
      (.sequence(spaces), metaspace),
      (nil, .sequence([.whitespaceSplit, metaspace])),
      (.sequence(spaces + [.prepend("▁"), .replace(.literal(" "), with: "▁")]), nil),
      (.precompiled(CharacterMap.compiled(.nmtNFKC)), .sequence([.whitespaceSplit, metaspace])),
    ]
  }()

  @Test(arguments: 0..<20 as Range<UInt64>, spacePipelines.indices)
  func `A unigram model of Hugging Face's parts becomes one of the library with the same ids`(
    seed: UInt64, place: Int
  ) throws {
    var random = RandomModels(seed: seed)
    var source = random.sentencePiece(.unigram)
    source.pieces.removeAll { SpaceMarks.areInside($0.text) }
    let scores = source.pieces.map { $0.kind == .normal ? Double($0.score) : 0 }
    var unigram = UnigramDefinition(vocabulary: source.vocabulary, scores: scores)
    unigram.unknownID = 0
    unigram.fallsBackToBytes = source.fallsBackToBytes
    let (normalizer, preTokenizer) = Self.spacePipelines[place]
    let definition = TokenizerDefinition(
      normalizer: normalizer, preTokenizer: preTokenizer, model: .unigram(unigram),
      decoder: .sequence([.byteFallback, .metaspace(replacement: "▁", prepend: .always)]))
    let conversion = try TokenizerConversion(definition, to: .sentencePiece, source: "x")
    // What the losses name is left out.
    let texts = (0..<150).map { _ in random.text() }.filter { text in
      !text.contains { "<▁".contains($0) || $0 == "\n" && place == 1 }
    }
    try expectEqual(
      try written(conversion, .sentencePiece), definition, texts, "\(seed)", decoded: false)
    #expect(conversion.losses.contains { $0.contains("double precision") })
    #expect(conversion.losses.contains { $0.contains("U+A,") } == (place == 1))
  }
}
