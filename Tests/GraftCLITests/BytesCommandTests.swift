import Graft
import TestSupport
import Testing

/// `bytes` as programs use it, with the shipped models.
@Suite struct BytesCommandTests {
  private func object(_ result: ChildProcess.Result) throws -> JSON {
    #expect(result.status == 0 && result.lines.count == 1, "\(result.errorText)")
    return try JSON(parsing: result.output, source: "output")
  }

  @Test func `cover lists sequences that spell more than the prompt`() throws {
    let covers = try object(
      ChildProcess.graft("bytes", "cover", "-t", PackageFiles.exampleBase, "--json", "In the begi"))
    let list = try covers.required("covers").expectArray()
    #expect(list.count > 1)
    let tokenizer = try Tokenizer(contentsOf: PackageFiles.exampleBase)
    for cover in list {
      let ids = try cover.required("ids").expectArray().compactMap { $0.int.map(TokenID.init) }
      let rest = try cover.required("overshoot").expectArray().compactMap { $0.int.map(UInt8.init) }
      let text = try tokenizer.decode(ids)
      #expect(Array(text.utf8) == Array("In the begi".utf8) + rest)
    }
  }

  @Test func `next adds up to one, for one model and for two`() throws {
    for further in [[], ["--with", PackageFiles.exampleDonor]] {
      let arguments =
        ["bytes", "next", PackageFiles.exampleBase, "In the begi", "--json"] + further
      let next = try object(ChildProcess.run([ChildProcess.graft] + arguments))
      let probabilities = try next.required("probabilities").expectArray().compactMap(\.double)
      let end = try #require(next["end"]?.double)
      #expect(probabilities.count == 256 && abs(probabilities.reduce(end, +) - 1) < 1e-9)
      let best = probabilities.indices.max { probabilities[$0] < probabilities[$1] }
      #expect(best == Int(UInt8(ascii: "n")))
    }
  }

  @Test func `next reads probabilities from a file`() throws {
    let folder = try TemporaryDirectory()
    let count = try Tokenizer(contentsOf: PackageFiles.exampleBase).vocabulary.idBound
    let uniform = Array(repeating: "0", count: count).joined(separator: ",")
    let file = try folder.write(
      "steps.jsonl", "{\"tokens\":[],\"logProbabilities\":[\(uniform)]}\n")
    let next = try object(
      ChildProcess.graft(
        "bytes", "next", PackageFiles.exampleBase, "", "--predictions", file, "--json"))
    #expect(try next.required("probabilities").expectArray().count == 256)
  }

  @Test func `score measures bytes of a text, and at prompts inside words`() throws {
    let folder = try TemporaryDirectory()
    let text = try folder.write("text", FileSystem.read(PackageFiles.exampleText).prefix(600))
    let whole = try object(
      ChildProcess.graft(
        "bytes", "score", PackageFiles.exampleBase, "--text", text, "--bytes", "60", "--json"))
    let score = try #require(whole.required("scores").expectArray().first)
    #expect(score["bytes"]?.int == 60)
    let bits = try #require(score["bitsPerByte"]?.double)
    #expect(bits > 0.5 && bits < 5)
    let prompts = try object(
      ChildProcess.graft(
        "bytes", "score", PackageFiles.exampleBase, "--text", text, "--prompts", "6", "--json"))
    #expect(
      try prompts.required("scores").expectArray().map { $0["boundary"]?.string }
        == ["exact", "naive", "healing"])
  }
}
