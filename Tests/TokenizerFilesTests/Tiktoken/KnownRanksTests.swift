import ByteIO
import TestSupport
import Testing
import Tokenization

@testable import TokenizerFiles

/// Files of ranks without a spec.
@Suite struct KnownRanksTests {
  @Test("Unknown ranks open with the pattern of cl100k_base, and a warning says so")
  func assumes() throws {
    let directory = try TemporaryDirectory()
    let lines = (0...255).map { "\(Base64.encode([UInt8($0)])) \($0)\n" }
    let path = try directory.write("x.tiktoken", lines.joined())
    var warnings: [String] = []
    let tokenizer = try Tokenizer(contentsOf: path) { warnings.append($0) }
    #expect(warnings.count == 1)
    #expect(warnings.first?.contains("cl100k_base") == true)
    #expect(warnings.first?.contains("--spec") == true && warnings.first?.contains(path) == true)
    #expect(try tokenizer.encode("ab").ids == [97, 98])
    warnings = []
    _ = try Tokenizer(contentsOf: path, spec: ConversionSources.spec(#""special": {}"#)) {
      warnings.append($0)
    }
    #expect(warnings.isEmpty)
  }

  @Test(
    "A published vocabulary needs no spec",
    .enabled(if: FullTests.areEnabled, "\(FullTests.hint)"),
    arguments: ["gpt2-tiktoken", "cl100k_base", "o200k_base", "llama3"])
  func recognises(id: String) throws {
    let golden = try GoldenSet(id, limit: 100)
    var warnings: [String] = []
    let bare = try TokenizerDefinition(contentsOf: golden.path) { warnings.append($0) }
    let given = try TokenizerDefinition(
      contentsOf: golden.path, spec: TokenizerSpec(golden.recipe))
    #expect(warnings.isEmpty)
    #expect(bare == given)
  }

  @Test(
    "Whisper's special tokens differ between versions, which is said",
    .enabled(if: FullTests.areEnabled, "\(FullTests.hint)"))
  func whisper() throws {
    let golden = try GoldenSet("whisper-multilingual-tiktoken", limit: 100)
    var warnings: [String] = []
    let tokenizer = try Tokenizer(contentsOf: golden.path) { warnings.append($0) }
    #expect(warnings.count == 1)
    for row in golden.rows where !row.text.contains("<|") {
      #expect(try tokenizer.encode(row.text).ids.map(Int.init) == row.ids)
    }
  }

  @Test(
    "Qwen's ranks are those of its vocabulary",
    .enabled(if: FullTests.areEnabled, "\(FullTests.hint)"))
  func qwen() throws {
    let golden = try GoldenSet("qwen2", limit: 100)
    let definition = try TokenizerDefinition(
      contentsOf: golden.path, spec: TokenizerSpec(golden.recipe))
    let file = try TokenizerConversion(definition, to: .tiktoken, source: "x").files[0]
    let bare = try TiktokenFile.read(file.bytes, source: "qwen.tiktoken", spec: TokenizerSpec())
    #expect(bare.addedTokens.prefix(3).map(\.id) == definition.addedTokens.map(\.id))
    let tokenizer = try Tokenizer(bare)
    for row in golden.rows {
      #expect(try tokenizer.encode(row.text).ids.map(Int.init) == row.special)
    }
  }
}
