import ByteIO
import TestSupport
import Testing
import Tokenization

@testable import TokenizerFiles

/// The special tokens around a text of a sentencepiece model, by itself and in a model directory.
@Suite struct SentencePieceFrameTests {
  private static let model: [UInt8] = {
    var model = SentencePieceDefinition(pieces: [], algorithm: .bpe)
    for (text, kind) in [
      ("<unk>", .unknown), ("<s>", .control), ("</s>", .control), ("a", .normal), ("▁", .normal),
    ] as [(String, SentencePieceDefinition.Kind)] {
      model.pieces.append(.init(text: Array(text.utf8), score: 0, kind: kind))
    }
    return SentencePieceFile.write(model)
  }()

  /// The ids of `a` with a `tokenizer_config.json` beside the model, or none.
  private func ids(_ config: String?) throws -> [TokenID] {
    let directory = try TemporaryDirectory()
    try directory.write("tokenizer.model", Self.model)
    if let config { try directory.write("tokenizer_config.json", config) }
    return try Tokenizer(contentsOf: directory.path).encode("a").ids
  }

  @Test func `A model by itself has its beginning and its end`() throws {
    #expect(try ids(nil) == [1, 4, 3, 2])
    #expect(try ids("{}") == [1, 4, 3, 2])
  }

  @Test func `What stands beside it decides, and without that the class`() throws {
    #expect(try ids(#"{"add_bos_token": true, "add_eos_token": false}"#) == [1, 4, 3])
    #expect(try ids(#"{"add_bos_token": false, "add_eos_token": true}"#) == [4, 3, 2])
    #expect(try ids(#"{"add_bos_token": false, "add_eos_token": false}"#) == [4, 3])
    #expect(try ids(#"{"tokenizer_class": "LlamaTokenizerFast"}"#) == [1, 4, 3])
    #expect(
      try ids(#"{"tokenizer_class": "LlamaTokenizer", "add_eos_token": true}"#) == [1, 4, 3, 2])
    #expect(try ids(#"{"tokenizer_class": "T5Tokenizer"}"#) == [1, 4, 3, 2])
  }

  @Test(arguments: [TokenizerFormat.modelDirectory, .tokenizerJSON])
  func `A converted model keeps what stands around a text`(format: TokenizerFormat) throws {
    for (begins, ends) in [(true, true), (true, false), (false, true), (false, false)] {
      let directory = try TemporaryDirectory()
      try directory.write("tokenizer.model", Self.model)
      try directory.write(
        "tokenizer_config.json", #"{"add_bos_token": \#(begins), "add_eos_token": \#(ends)}"#)
      let definition = try TokenizerDefinition(contentsOf: directory.path)
      let conversion = try TokenizerConversion(definition, to: format, source: "x")
      #expect(conversion.losses.allSatisfy { $0.hasSuffix("ids do not change") })
      let other = try TemporaryDirectory()
      for file in conversion.files { try other.write(file.name, file.bytes) }
      let copy = try Tokenizer(contentsOf: other.path)
      #expect(try copy.encode("aa").ids == Tokenizer(definition).encode("aa").ids)
    }
  }
}
