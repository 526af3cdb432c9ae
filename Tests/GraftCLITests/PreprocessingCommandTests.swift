import Graft
import TestSupport
import Testing

/// Budgets, sampling, bytes and streams on the command line.
@Suite struct PreprocessingCommandTests {
  private static let base = PackageFiles.exampleBase
  private static let unigram = PackageFiles.path("Tests/Fixtures/sampling/unigram.model")
  private static let text = "In the beginning God created the heaven and the earth."

  @Test("--max-tokens encodes what fits")
  func budget() throws {
    let result = try ChildProcess.graft(
      "encode", "-t", Self.base, "--max-tokens", "5", input: Self.text)
    let tokenizer = try Tokenizer(contentsOf: Self.base)
    let prefix = try tokenizer.prefix(of: Self.text, maxTokens: 5)
    let ids = try tokenizer.encode(String(prefix)).ids
    #expect(result.text == ids.map(String.init).joined(separator: " ") + "\n")
    #expect(ids.count <= 5)
  }

  @Test("--dropout and --sample draw by their seed")
  func sampling() throws {
    func draw(_ arguments: String...) throws -> String {
      let result = try ChildProcess.run(
        [ChildProcess.graft, "encode"] + arguments, input: Self.text)
      #expect(result.status == 0, "\(result.errorText)")
      return result.text
    }
    let first = try draw("-t", Self.base, "--dropout", "0.3", "--seed", "1")
    #expect(try draw("-t", Self.base, "--dropout", "0.3", "--seed", "1") == first)
    #expect(try draw("-t", Self.base, "--dropout", "0.3", "--seed", "2") != first)
    let sampled = try draw("-t", Self.unigram, "--sample", "--alpha", "0.1", "--seed", "7")
    #expect(try draw("-t", Self.unigram) != sampled)
    let unsuited = try ChildProcess.graft(
      "encode", "-t", Self.unigram, "--dropout", "0.3", input: "a")
    #expect(unsuited.status == 1)
    let both = try ChildProcess.graft(
      "encode", "-t", Self.base, "--dropout", "0.3", "--sample", input: "a")
    #expect(both.status == 64)
  }

  @Test("--nbest lists scores and ids")
  func nBest() throws {
    let result = try ChildProcess.graft(
      "encode", "-t", Self.unigram, "--nbest", "3", "--no-special-tokens", input: "the cat")
    #expect(result.lines.count == 3)
    #expect(result.lines[0].hasPrefix("-12.66") && result.lines[0].hasSuffix("\t7 4 38 8"))
  }

  @Test("Tokenizers of bytes need no file")
  func bytes() throws {
    let result = try ChildProcess.graft("encode", "-t", "byt5", input: "hé")
    #expect(result.text == "107 198 172 1\n")
    let decoded = try ChildProcess.graft("decode", "-t", "bytes", input: "104 195 169 226")
    #expect(decoded.text == "hé\u{FFFD}\n")
    let converted = try ChildProcess.graft("convert", "byt5", "/tmp/none.json")
    #expect(converted.status == 1)
  }

  @Test("decode prints ids as they come and stops at a word that is none")
  func decode() throws {
    let tokenizer = try Tokenizer(contentsOf: Self.base)
    let ids = try tokenizer.encode(Self.text + " 你好 🙂").ids
    let input = ids.map { "\($0)\n" }.joined()
    let result = try ChildProcess.graft("decode", "-t", Self.base, input: input)
    #expect(try result.text == tokenizer.decode(ids) + "\n")
    let bad = try ChildProcess.graft("decode", "-t", Self.base, input: input + "x")
    #expect(bad.status == 1 && bad.errorText.contains("`x` is not an id"))
  }
}
