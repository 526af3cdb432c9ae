internal import ByteIO
internal import Normalization
internal import TestSupport
internal import Testing
internal import Tokenization

@testable internal import TokenizerFiles

@Suite("Recognising files by their content")
struct FileContentTests {
  private func kind(_ text: String, _ name: String = "file") throws -> String {
    let content = try FileContent.recognise(Array(text.utf8), source: name)
    return String("\(content)".prefix { $0 != "(" })
  }

  @Test("Each format is known by what is in it, whatever the file is called")
  func recognises() throws {
    #expect(try kind(#"{"version": "1.0", "model": {}}"#) == "tokenizerJSON")
    #expect(try kind(#"{"config": {}, "vocab": []}"#) == "tekken")
    #expect(try kind(#"{"model": 1, "b": 2}"#) == "vocabulary")
    #expect(try kind("YQ== 0\nYg== 1\n") == "tiktoken")
    #expect(try kind("a b\nab c\n") == "merges")
    #expect(try kind("#version: 0.2\n") == "merges")
    #expect(try kind("\"bpe_simple_vocab_16e6.txt#version: 0.2\na b\n") == "clipMerges")
    #expect(try kind("[PAD]\n[UNK]\nthe\n") == "wordPieceVocabulary")
    #expect(try kind("\n\u{0E}\n\u{05}<unk>\u{15}\0\0\0\0\u{18}\u{02}") == "sentencePiece")
  }

  @Test("What is none of them is an error that says so or says why it is not JSON")
  func refuses() {
    for text in ["", "not a tokenizer at all\n", "<!DOCTYPE html>", "\u{1}\u{2}\u{3}", "{"] {
      #expect(throws: (any Error).self) { try kind(text) }
    }
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n"
    let error = #expect(throws: JSONError.self) { try kind(pointer) }
    #expect(error?.message.contains("Git LFS") == true)
    #expect(throws: JSONError.self) {
      try FileContent.recognise(Array(pointer.utf8), source: "spiece.model")
    }
  }

  @Test("A directory without a tokenizer is an error that says what is looked for")
  func refusesEmptyDirectory() throws {
    let directory = try TemporaryDirectory()
    let error = #expect(throws: TokenizerFileError.self) {
      try TokenizerDefinition(contentsOf: directory.path)
    }
    #expect(error?.message.contains("tokenizer.json") == true)
  }

  @Test("The special tokens and the class come from the files beside a vocabulary")
  func readsConfig() throws {
    let directory = try TemporaryDirectory()
    try directory.write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\nThe\n##s\nThe\n")
    try directory.write(
      "tokenizer_config.json",
      #"{"do_lower_case": true, "cls_token": "[CLS]", "mask_token": {"content": "[MASK]"}}"#)
    let definition = try TokenizerDefinition(contentsOf: directory.path)
    #expect(definition.model.vocabulary.id(of: Array("The".utf8)) == 6)
    #expect(definition.addedTokens.map(\.content) == ["[CLS]", "[MASK]"])
    #expect(definition.addedTokens.map(\.id) == [2, 7])
    #expect(
      definition.normalizer
        == .bert(cleanText: true, spaceChinese: true, stripAccents: nil, lowercase: true))
  }
}
