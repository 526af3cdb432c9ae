import Graft
import TestSupport
import Testing

/// `graft train` as people and programs use it.
@Suite struct TrainCommandTests {
  private let directory: TemporaryDirectory
  private static let text = PackageFiles.path("Tests/Fixtures/training/multilingual.txt")

  init() throws { directory = try TemporaryDirectory() }

  private func train(_ arguments: String..., input: String = "") throws -> ChildProcess.Result {
    try ChildProcess.run([ChildProcess.graft, "train"] + arguments, input: input)
  }

  @Test func `A trained tokenizer opens, and encodes the text that it was trained on`() throws {
    let out = directory("tokenizer.json")
    let result = try train(
      Self.text, "-o", out, "--vocab-size", "500", "--special", "<|end|>", "--special", "<|pad|>",
      "--json")
    #expect(result.status == 0 && result.errors.isEmpty)
    let report = try JSON(parsing: result.output, source: "report")
    #expect(report["tokens"]?.int == 500 && report["droppedWords"]?.int == 0)
    let tokenizer = try Tokenizer(contentsOf: out)
    #expect(
      tokenizer.vocabulary.id(of: "<|end|>") == 0 && tokenizer.vocabulary.id(of: "<|pad|>") == 1)
    let text = String(decoding: try FileSystem.read(Self.text), as: UTF8.self)
    #expect(try tokenizer.decode(tokenizer.encode(text).ids) == text)
  }

  @Test func `The text may come from standard input, as lines or as documents`() throws {
    let (lines, documents) = (directory("lines.json"), directory("documents.json"))
    let first = try train("-o", lines, "--min-frequency", "1", input: "ab ab\n")
    let second = try train(
      "-o", documents, "--min-frequency", "1", "--input", "jsonl",
      input: "{\"text\":\"ab ab\\n\"}\n")
    #expect(first.status == 0 && second.status == 0)
    #expect(try FileSystem.read(lines) == FileSystem.read(documents))
  }

  @Test(arguments: [
    ["--model", "wordpiece"], ["--model", "wordlevel"],
    ["--split", "metaspace", "--byte-fallback"],
    ["--split", "whitespace", "--normalizer", "nfkc,lowercase", "--end-of-word-suffix", "</w>"],
    ["--like", PackageFiles.exampleDonor],
  ])
  func `Every kind of tokenizer is written whole`(_ options: [String]) throws {
    let out = directory("tokenizer.json")
    let command = ["train", Self.text, "-o", out, "--vocab-size", "700"] + options
    let result = try ChildProcess.run([ChildProcess.graft] + command)
    #expect(result.status == 0 && result.errors.isEmpty)
    #expect(try !Tokenizer(contentsOf: out).encode("the abc").ids.isEmpty)
  }

  @Test func `The result is the same on any number of threads`() throws {
    let outs = ["1", "3"].map { directory("\($0).json") }
    for (jobs, out) in zip(["1", "3"], outs) {
      #expect(try train(Self.text, "-o", out, "--jobs", jobs).status == 0)
    }
    #expect(try FileSystem.read(outs[0]) == FileSystem.read(outs[1]))
  }

  @Test func `A tokenizer is continued with its ids`() throws {
    let out = directory("tokenizer.json")
    let result = try train(
      Self.text, "-o", out, "--continue", PackageFiles.exampleBase, "--vocab-size", "2200")
    #expect(result.status == 0)
    let (old, new) = (
      try Tokenizer(contentsOf: PackageFiles.exampleBase), try Tokenizer(contentsOf: out)
    )
    for id in old.vocabulary.ids {
      #expect(new.vocabulary.spelling(of: id) == old.vocabulary.spelling(of: id))
    }
    #expect(new.vocabulary.ids.count == 2200)
  }

  @Test func `Bad input ends with 1 and writes nothing`() throws {
    let out = directory("tokenizer.json")
    let bad = try directory.write("bad.txt", [0x61, 0x0A, 0xC3])
    let result = try train(bad, "-o", out)
    #expect(result.status == 1 && result.errorText.contains("\(bad): "))
    #expect(result.errorText.contains("at byte 2"))
    #expect(try train(directory("missing"), "-o", out).status == 1)
    #expect(FileSystem.kind(out) == nil)
  }

  @Test(arguments: [
    ["--vocab-size", "0"], ["--jobs", "0"], ["--split", "gpt9"], ["--to", "gguf2"],
    ["--byte-fallback", "--model", "wordpiece"], ["--continue", "x", "--special", "y"],
    ["--split", "gpt2", "--like", "x"], ["--normalizer", "nfq"],
  ])
  func `Wrong usage ends with 64`(_ options: [String]) throws {
    let command = ["train", Self.text, "-o", directory("tokenizer.json")] + options
    #expect(try ChildProcess.run([ChildProcess.graft] + command).status == 64)
  }

  @Test func `An output that exists is replaced only with --force`() throws {
    let out = try directory.write("tokenizer.json", "mine")
    #expect(try train(Self.text, "-o", out).status == 64)
    #expect(try FileSystem.read(out) == Array("mine".utf8))
    #expect(try train(Self.text, "-o", out, "--force").status == 0)
  }

  @Test func `An interrupted training leaves nothing`() throws {
    let process = try ChildProcess(
      [ChildProcess.graft, "train"] + [String](repeating: Self.text, count: 2000) + [
        "-o", directory("tokenizer.json"),
      ])
    ChildProcess.sleep(microseconds: 150_000)
    process.send(Signal.interrupt)
    let result = try process.wait()
    #expect(result.status != 0 || FileSystem.isFile(directory("tokenizer.json")))
    let names = try FileSystem.names(inDirectory: directory.path)
    #expect(names.isEmpty || (result.status == 0 && names == ["tokenizer.json"]))
  }
}
