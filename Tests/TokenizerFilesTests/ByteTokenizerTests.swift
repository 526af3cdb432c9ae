internal import ByteIO
internal import TestSupport
internal import Testing
internal import Tokenization
internal import TokenizerFiles

/// A token per byte, plain and as ByT5 has it.
@Suite struct ByteTokenizerTests {
  @Test("ByT5 answers as transformers did")
  func agrees() throws {
    let tokenizer = try Tokenizer(TokenizerDefinition(named: "byt5"))
    let path = PackageFiles.path("Tests/Fixtures/sampling/byt5.jsonl")
    for golden in try JSONLines.parse(FileSystem.read(path), source: path) {
      if let ids = golden["decoding"]?.ids {
        #expect(try Array(tokenizer.decode(ids).utf8) == golden["decoded"]?.utf8)
        continue
      }
      let text = try golden.string("text")
      let plain = try tokenizer.encode(text, addSpecialTokens: false)
      let ids = try tokenizer.encode(text).ids
      #expect(try plain.ids == golden.required("ids").ids, "\(text)")
      let tokens = try golden.required("tokens").elements.map { $0.utf8 }
      #expect(plain.ids.map { tokenizer.vocabulary.spelling(of: $0) } == tokens, "\(text)")
      #expect(try ids == golden.required("idsWithSpecials").ids, "\(text)")
      #expect(try Array(tokenizer.decode(ids).utf8) == golden["decoded"]?.utf8, "\(text)")
      let skipping = try tokenizer.decode(ids, skipSpecialTokens: true)
      #expect(Array(skipping.utf8) == golden["skipping"]?.utf8, "\(text)")
    }
    #expect(tokenizer.vocabulary.idBound == 384)
  }

  @Test("A directory of ByT5Tokenizer opens without a vocabulary")
  func directory() throws {
    let directory = try TemporaryDirectory()
    try directory.write(
      "tokenizer_config.json", #"{"tokenizer_class":"ByT5Tokenizer","extra_ids":3}"#)
    let tokenizer = try Tokenizer(contentsOf: directory.path)
    #expect(try tokenizer.encode("<extra_id_2>a").ids == [261, 100, 1])
    #expect(tokenizer.definition == .byT5(extraIDs: 3))
  }

  @Test("The added tokens that a directory lists count")
  func listedTokens() throws {
    let directory = try TemporaryDirectory()
    try directory.write(
      "tokenizer_config.json",
      """
      {"tokenizer_class":"ByT5Tokenizer","eos_token":"<end>","added_tokens_decoder":{
      "0":{"content":"<p>"},"1":{"content":"<end>"},"2":{"content":"<u>"},
      "300":{"content":"<more>","special":true}}}
      """)
    let tokenizer = try Tokenizer(contentsOf: directory.path)
    #expect(try tokenizer.encode("<more>a<end>b").ids == [300, 100, 1, 101, 1])
    #expect(try tokenizer.decode([100, 300, 1], skipSpecialTokens: true) == "a")
  }

  @Test("Plain bytes are their own ids and decode to every text", arguments: [UInt32(0), 10])
  func plain(offset: UInt32) throws {
    let tokenizer = try Tokenizer(.bytes(offset: offset))
    var random = RandomText(seed: 5)
    for _ in 0..<200 {
      let text = random.next(upTo: 30)
      let encoding = try tokenizer.encode(text)
      #expect(encoding.ids == text.utf8.map { offset + UInt32($0) })
      #expect(try tokenizer.decode(encoding.ids).utf8.elementsEqual(text.utf8))
    }
    #expect(try tokenizer.decode([offset + 0xE4, offset + 0x41]) == "\u{FFFD}A")
    #expect(Array(0...255).allSatisfy { tokenizer.vocabulary.spelling(of: offset + $0) != nil })
  }

  @Test(
    "No file format holds a tokenizer of bytes",
    arguments: [TokenizerFormat.tokenizerJSON, .tiktoken])
  func conversion(format: TokenizerFormat) throws {
    #expect(throws: TokenizerFileError.self) {
      try TokenizerConversion(.byT5(), to: format, source: "byt5")
    }
  }
}
