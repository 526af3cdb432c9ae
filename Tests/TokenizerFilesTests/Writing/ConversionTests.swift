internal import ByteIO
internal import TestSupport
internal import Testing
internal import Tokenization

@testable internal import TokenizerFiles

@Suite("Writing tokenizers")
struct ConversionTests {
  private static let isEnabled = ReferenceFiles.areAvailable

  private func bytes(_ name: String) throws -> [UInt8] {
    let path = ReferenceFiles.path("tokenizers/\(name)")
    if FileSystem.isFile(path) { return try FileSystem.read(path) }
    return try Gzip.decompress(FileSystem.read(path + ".gz"), source: path)
  }

  @Test(
    "A SentencePiece model comes out byte for byte as it went in",
    .enabled(if: isEnabled, Comment(rawValue: ReferenceFiles.hint)),
    arguments: [
      "llama2-spm/tokenizer.model", "mistral-v3/mistral_instruct_tokenizer_240323.model.v3",
      "t5-spm/spiece.model", "albert-de-spm/30k-clean.model", "spm-test/test_model.model",
      "spm-amr-bpe/sentencepiece.bpe.model", "gemma-shaped-spm-derived/tokenizer.model",
    ])
  func sentencePiece(name: String) throws {
    let original = try bytes(name)
    let definition = TokenizerDefinition(try SentencePieceFile.read(original, source: name))
    let conversion = try TokenizerConversion(definition, to: .sentencePiece, source: name)
    #expect(conversion.losses == [])
    #expect(conversion.files.first?.bytes == original)
  }

  @Test("A changed SentencePiece model reads as what was written")
  func changedSentencePiece() throws {
    var model = SentencePieceDefinition(
      pieces: [
        SentencePieceDefinition.Piece(text: Array("?".utf8), score: 0, kind: .unknown),
        SentencePieceDefinition.Piece(text: Array("BOS".utf8), score: 0, kind: .control),
        SentencePieceDefinition.Piece(text: Array("a".utf8), score: -1.5, kind: .normal),
      ], algorithm: .word)
    model.normalization.removesExtraWhitespace = false
    model.denormalization = SentencePieceDefinition.Normalization()
    model.denormalization?.addsDummyPrefix = false
    model.treatsWhitespaceAsSuffix = true
    model.unknownSurface = "!"
    model.unknownPiece = "?"
    model.beginningPiece = "BOS"
    let once = try SentencePieceFile.read(SentencePieceFile.write(model), source: "x")
    #expect(once == model)
    var changed = once
    changed.pieces[2].score = -2
    changed.unknownSurface = " \u{2047} "
    changed.treatsWhitespaceAsSuffix = false
    changed.normalization.removesExtraWhitespace = true
    #expect(try SentencePieceFile.read(SentencePieceFile.write(changed), source: "x") == changed)
  }

  @Test(
    "A tokenizer.json is read back as it was written, and written the same again",
    .enabled(if: isEnabled, Comment(rawValue: ReferenceFiles.hint)),
    arguments: ["minimind/tokenizer.json", "clip-hf/tokenizer.json"])
  func tokenizerJSON(name: String) throws {
    let definition = try TokenizerJSON.read(bytes(name), source: name)
    let conversion = try TokenizerConversion(definition, to: .tokenizerJSON, source: name)
    #expect(conversion.losses == [])
    let written = try #require(conversion.files.first?.bytes)
    #expect(try TokenizerJSON.read(written, source: name) == definition)
    let again = try TokenizerConversion(definition, to: .tokenizerJSON, source: name)
    #expect(again.files.first?.bytes == written)
  }

  @Test("Every part of a tokenizer.json is read back as it was written")
  func everyPart() throws {
    let text = ##"""
      {"version": "1.0", "added_tokens": [{"id": 3, "content": "\u0007\"\n", "single_word": true,
      "lstrip": true, "rstrip": false, "normalized": true, "special": false}],
      "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "NFKD"},
        {"type": "Lowercase"}, {"type": "StripAccents"}, {"type": "Nmt"}, {"type": "ByteLevel"},
        {"type": "Strip", "strip_left": true, "strip_right": false},
        {"type": "Prepend", "prepend": "▁"}, {"type": "Precompiled", "precompiled_charsmap": "AAECAw=="},
        {"type": "Replace", "pattern": {"String": " "}, "content": "▁"},
        {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": false,
         "strip_accents": null, "lowercase": true}]},
      "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Whitespace"},
        {"type": "Split", "pattern": {"Regex": "\\d"}, "behavior": "MergedWithNext", "invert": true},
        {"type": "Punctuation", "behavior": "Contiguous"}, {"type": "WhitespaceSplit"},
        {"type": "Digits", "individual_digits": true}, {"type": "BertPreTokenizer"},
        {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": false},
        {"type": "CharDelimiterSplit", "delimiter": "-"}, {"type": "UnicodeScripts"},
        {"type": "FixedLength", "length": 5},
        {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": false, "use_regex": false}]},
      "post_processor": {"type": "Sequence", "processors": [
        {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": false},
        {"type": "BertProcessing", "sep": ["s", 1], "cls": ["c", 2]},
        {"type": "RobertaProcessing", "sep": ["s", 1], "cls": ["c", 2], "trim_offsets": true,
         "add_prefix_space": false},
        {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "s", "type_id": 0}},
          {"Sequence": {"id": "A", "type_id": 0}}], "pair": [{"Sequence": {"id": "B", "type_id": 1}}],
          "special_tokens": {"s": {"id": "s", "ids": [1], "tokens": ["s"]}}}]},
      "decoder": {"type": "Sequence", "decoders": [{"type": "ByteLevel"}, {"type": "ByteFallback"},
        {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0},
        {"type": "Replace", "pattern": {"Regex": "x+"}, "content": ""},
        {"type": "WordPiece", "prefix": "##", "cleanup": false}, {"type": "BPEDecoder", "suffix": "</w>"},
        {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "never"},
        {"type": "CTC", "pad_token": "p", "word_delimiter_token": "|", "cleanup": true}]},
      "model": MODEL}
      """##
    let models = [
      #"{"type": "BPE", "dropout": 0.5, "unk_token": "u", "fuse_unk": true, "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": [["a", "b"]]}"#,
      #"{"type": "Unigram", "unk_id": 0, "vocab": [["u", 0.0], ["x", -1e-9], ["y", -12.25]], "byte_fallback": true}"#,
      ###"{"type": "WordPiece", "unk_token": "u", "continuing_subword_prefix": "##", "max_input_chars_per_word": 7, "vocab": {"u": 0}}"###,
      #"{"type": "WordLevel", "unk_token": "u", "vocab": {"u": 0, "é\u2028": 1}}"#,
    ]
    for model in models {
      let parts = text.split(separator: "MODEL", maxSplits: 1)
      let definition = try TokenizerJSON.read(
        Array((parts[0] + model + parts[1]).utf8), source: "x")
      let written = try #require(TokenizerJSON.write(definition))
      #expect(try TokenizerJSON.read(written, source: "y") == definition)
    }
  }

  @Test("What a format cannot say is listed")
  func listsLosses() throws {
    let lines = (UInt8.min...UInt8.max).map { "\(Base64.encode([$0])) \($0)" } + ["YWI= 256"]
    var spec = TokenizerSpec()
    spec.pattern = #"\p{N}{1,3}+|\s++$|\S+"#
    spec.specialTokens = .ids([("<x>", 1000)])
    let definition = try TiktokenFile.read(
      Array(lines.joined(separator: "\n").utf8), source: "x", spec: spec)
    let tiktoken = try TokenizerConversion(definition, to: .tiktoken, source: "x")
    #expect(tiktoken.losses.count == 2)
    let json = try TokenizerConversion(definition, to: .tokenizerJSON, source: "x")
    #expect(json.losses.contains("that special tokens in a text are matched only on request"))
    let file = try #require(json.files.first)
    let read = try Tokenizer(TokenizerJSON.read(file.bytes, source: "y"))
    let original = try Tokenizer(definition)
    for text in ["ab 1234567 \n", "a<x>b  ", "12\n \n"] {
      #expect(try read.encode(text).ids == original.encode(text).ids)
    }
    let merges = try TokenizerConversion(definition, to: .vocabularyAndMerges, source: "x")
    #expect(merges.files.prefix(2).map(\.name) == ["vocab.json", "merges.txt"])
    #expect(merges.losses.contains("the pre-tokenizer"))
    #expect(throws: TokenizerFileError.self) {
      try TokenizerConversion(definition, to: .sentencePiece, source: "x")
    }
    #expect(throws: TokenizerFileError.self) {
      try TokenizerConversion(definition, to: .wordPieceVocabulary, source: "x")
    }
  }

  @Test("GPT-2's vocabulary and merges say everything about a tokenizer like GPT-2's")
  func vocabularyAndMerges() throws {
    let directory = try TemporaryDirectory()
    try directory.write("merges.txt", "#version: 0.2\na b\nab c\n")
    let definition = try TokenizerDefinition(contentsOf: directory("merges.txt"))
    let conversion = try TokenizerConversion(definition, to: .vocabularyAndMerges, source: "x")
    #expect(conversion.losses == [])
    let other = try TemporaryDirectory()
    for file in conversion.files { try other.write(file.name, file.bytes) }
    #expect(try TokenizerDefinition(contentsOf: other.path) == definition)
  }

  @Test("A WordPiece vocabulary is written a token per line")
  func wordPiece() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("vocab.txt", "[UNK]\n[CLS]\n[SEP]\nthe\n##s\n")
    let definition = try TokenizerDefinition(contentsOf: path)
    let conversion = try TokenizerConversion(definition, to: .wordPieceVocabulary, source: "x")
    #expect(conversion.losses == [])
    #expect(conversion.files.first?.bytes == Array("[UNK]\n[CLS]\n[SEP]\nthe\n##s\n".utf8))
  }

  @Test(
    "A WordPiece vocabulary that would not be recognised is not written as text",
    arguments: ["", #""\u0000a":0"#, #""{":0,"}":1"#, #""a b":0,"c d":1"#])
  func unrecognisedWordPiece(vocabulary: String) throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write(
      "tokenizer.json",
      ##"""
      {"model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##",
      "max_input_chars_per_word":100,"vocab":{\##(vocabulary)}}}
      """##)
    let definition = try TokenizerDefinition(contentsOf: path)
    #expect(throws: TokenizerFileError.self) {
      try TokenizerConversion(definition, to: .wordPieceVocabulary, source: "x")
    }
  }
}
