internal import ByteIO
internal import TestSupport
internal import Testing
internal import Tokenization

/// A text encoded chunk by chunk gives the tokens of the whole text.
@Suite struct EncodeStreamTests {
  private func check(
    _ tokenizer: Tokenizer, _ text: String, specials: Bool, _ generator: inout SeededGenerator,
    _ place: Comment
  ) throws {
    guard let whole = try? tokenizer.encode(text, addSpecialTokens: specials) else { return }
    var stream = tokenizer.makeEncodeStream(addSpecialTokens: specials)
    var parts: [Encoding] = []
    let bytes = Array(text.utf8)
    let longest = Int.random(in: 1...20, using: &generator)
    var position = 0
    while position < bytes.count {
      let end = min(bytes.count, position + Int.random(in: 0...longest, using: &generator))
      parts.append(try stream.append(utf8: bytes[position..<end]))
      position = end
    }
    parts.append(try stream.finish())
    #expect(parts.flatMap(\.ids) == whole.ids, place)
    #expect(parts.flatMap(\.tokens) == whole.tokens, place)
    #expect(parts.flatMap(\.offsets) == whole.offsets, place)
    #expect(Self.words(parts.flatMap(\.wordIDs)) == Self.words(whole.wordIDs), place)
    #expect(parts.flatMap(\.typeIDs) == whole.typeIDs, place)
    #expect(parts.flatMap(\.isSpecial) == whole.isSpecial, place)
  }

  /// Words numbered by those that have tokens.
  private static func words(_ ids: [UInt32?]) -> [Int?] {
    let numbers = Array(Set(ids.compactMap(\.self))).sorted()
    return ids.map { id in id.flatMap { numbers.firstIndex(of: $0) } }
  }

  private func checkAll(_ name: String, _ count: Int) throws {
    let tokenizer = try ManyTokenizers.open(name)
    var generator = SeededGenerator(seed: 17)
    for text in ManyTokenizers.texts(count, for: tokenizer, seed: 23) {
      for specials in [true, false] {
        try check(
          tokenizer, text, specials: specials, &generator, "\(name): \(text.debugDescription)")
      }
    }
  }

  @Test("Shipped and synthetic tokenizers", arguments: ManyTokenizers.own)
  func own(name: String) throws { try checkAll(name, 300) }

  @Test(
    "Tokenizers of the reference",
    .enabled(if: FullTests.areEnabled, Comment(rawValue: FullTests.hint)),
    arguments: ManyTokenizers.reference)
  func reference(name: String) throws { try checkAll(name, 60) }

  @Test(
    "Tokenizers of the widespread kinds cut texts",
    .enabled(if: FullTests.areEnabled, Comment(rawValue: FullTests.hint)),
    arguments: [
      "gpt2", "gpt2-hf", "cl100k_base", "o200k_base", "llama3", "qwen2", "phi-2", "roberta",
      "bert-uncased", "bert-cased", "t5-spm", "t5-small-hf", "llama2-spm", "gemma-cropped",
      "clip-hf", "albert-hf", "bloom-shaped-derived", "falcon-hf", "tekken-240718",
      "phi-3-medium-hf", "gpt-neox-20b", "xlmr-unigram-ar30k-hf",
    ])
  func cutsTexts(name: String) throws {
    #expect(try ManyTokenizers.open(name).makeEncodeStream().cutsTexts)
  }

  @Test("Endless text is held in bounded memory")
  func isBounded() throws {
    let tokenizer = try ManyTokenizers.open("example-base")
    let text = try FileSystem.read(PackageFiles.exampleText).prefix(60_000)
    var stream = tokenizer.makeEncodeStream()
    #expect(stream.cutsTexts)
    var held = 0
    var count = 0
    for round in 0..<20 {
      for start in stride(from: 0, to: text.count, by: 997) {
        count += try stream.append(utf8: text[start..<min(text.count, start + 997)]).count
        held = max(held, stream.heldByteCount)
      }
      #expect(count > (round + 1) * 5_000)
    }
    #expect(held < 2_000)
  }

  @Test("Bytes that are not UTF-8 are refused where they stand in the whole text")
  func refusesInvalid() throws {
    var stream = try ManyTokenizers.open("example-base").makeEncodeStream()
    _ = try stream.append("one two three ")
    #expect(throws: TokenizerError.invalidUTF8(offset: 15)) {
      _ = try stream.append(utf8: [0x61, 0xFF, 0x61])
      _ = try stream.finish()
    }
  }

  @Test("A stream can be used again after its end")
  func beginsAnew() throws {
    let tokenizer = try ManyTokenizers.open("roberta")
    var stream = tokenizer.makeEncodeStream()
    for text in ["a b c", "", "hello world"] {
      let parts = [try stream.append(text), try stream.finish()]
      #expect(try parts.flatMap(\.ids) == tokenizer.encode(text).ids)
      #expect(try parts.flatMap(\.offsets) == tokenizer.encode(text).offsets)
    }
  }
}
